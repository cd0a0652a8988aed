"""What a script has to do for figures on a canvas: follow light and dark, and say so if they cannot be drawn."""

from typing import Final

DRESS: Final = """<script>
(() => {
  "use strict"
  const dark = matchMedia("(prefers-color-scheme: dark)")
  const dress = () => {
    const style = getComputedStyle(document.documentElement)
    const [ink, muted, grid] = ["--ink", "--muted", "--grid"].map((name) => style.getPropertyValue(name).trim())
    for (const one of Bokeh.documents.flatMap((doc) => [...doc._all_models.values()])) {
      if (one.type.endsWith("Axis")) one.setv({
        axis_label_text_color: muted, major_label_text_color: ink, axis_line_color: muted,
        major_tick_line_color: muted, minor_tick_line_color: null,
      })
      else if (one.type === "Grid") one.grid_line_color = grid
      else if (one.type === "Legend") one.label_text_color = ink
      else if (one.type === "Title") one.text_color = ink
      else if (one.type === "ColorBar") one.setv({
        major_label_text_color: ink, title_text_color: ink, background_fill_color: null,
      })
    }
  }
  const begin = (tries) => {
    if (window.Bokeh !== undefined && Bokeh.documents.length > 0) {
      dress()
      dark.addEventListener("change", dress)
    } else if (tries > 0) setTimeout(begin, 20, tries - 1)
    else document.getElementById("undrawn").hidden = false
  }
  document.addEventListener("DOMContentLoaded", () => begin(250))
  addEventListener("error", () => { document.getElementById("undrawn").hidden = false })
})()
</script>"""

UNDRAWN: Final = (
    '<p id="undrawn" class="warn" hidden>The figures over time could not be drawn in this browser; tables and SQL '
    "below say the same.</p>"
    '<noscript><p class="warn">Figures over time need JavaScript, which is off; no network is used.</p></noscript>'
)
