// The cell under the pointer, in words. Given: value (its code), format (time, price or size), special_vars, and
// source, joined, width_s, low_px, height_px, decimals, levels, low, high.
const heat = window.bookHeats?.get(source.id)
const pooled = heat?.levels ? heat.pooled : joined
if (format === "time") {
  return new Date(special_vars.x).toISOString().slice(0, 19).replace("T", " ") + " UTC"
}
if (format === "price") {
  const row = Math.floor((special_vars.y - low_px) / height_px)
  const from = low_px + row * height_px
  return `price ${from.toFixed(decimals)} to below ${(from + height_px).toFixed(decimals)}`
}
if (value < 1) return "book not known"
if (value < 2) return "nothing rests here"
const size = low * Math.pow(high / low, (value - 1.5) / levels)
const seconds = Math.max(1, Math.round(pooled * width_s))
const edge = value > levels ? "at least " : value < 3 ? "at most " : ""
return `size ${edge}~${size.toPrecision(2) * 1} (max in bin, ${seconds} s)`
