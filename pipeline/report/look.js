// Text, lines and ground in the page's own colours, light or dark, also when the reader changes them.
// Given: figure.
const dress = () => {
  const page = getComputedStyle(document.body)
  const color = (name, other) => page.getPropertyValue(name).trim() || other
  const [ink, muted, grid] = [color("--ink", "#222"), color("--muted", "#666"), color("--grid", "#e2e2e2")]
  const axes = [...figure.above, ...figure.below, ...figure.left, ...figure.right]
  for (const one of axes) {
    if (one.major_label_text_color !== undefined) one.major_label_text_color = muted
    if (one.axis_label_text_color !== undefined) one.axis_label_text_color = muted
    if (one.axis_line_color !== undefined) {
      one.axis_line_color = one.major_tick_line_color = one.minor_tick_line_color = grid
    }
    if (one.label_text_color !== undefined) one.label_text_color = ink
    if (one.title_text_color !== undefined) one.title_text_color = muted
  }
  figure.outline_line_color = grid
}
const dressed = (window.dressedFigures ??= new Set())
if (!dressed.has(figure.id)) {
  dressed.add(figure.id)
  dress()
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", dress)
}
