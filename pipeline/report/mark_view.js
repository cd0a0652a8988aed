// Of each kind of mark, only the largest in sight: more would hide the picture, and a closer look shows more.
// Given: x_range, figure, kinds (source, view, item, label, total).
const [start, end] = [Math.min(x_range.start, x_range.end), Math.max(x_range.start, x_range.end)]
const most = Math.max(20, Math.round(figure.inner_width / spacing))
for (const {source, filter, item, label, total} of kinds) {
  const [from, to] = [source.data.ts, source.data.to_ts ?? source.data.ts]
  const indices = []
  for (const at of source.data.by_weight) {
    if (to[at] >= start && from[at] <= end && indices.push(at) === most) break
  }
  filter.indices = indices
  const which = indices.length < total ? `${indices.length.toLocaleString("en")} of ` : ""
  item.label = {value: `${label} (${which}${total.toLocaleString("en")})`}
}
