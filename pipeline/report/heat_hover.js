// The cell under the pointer, in words. Given: value (its code), format (time, price or size), special_vars, and
// source, joined, since, width (ms), low_px, height_px, decimals, levels, low, high.
const heat = window.bookHeats?.get(source.id)
const coarse = since + Math.floor((special_vars.x - since) / (joined * width)) * joined * width
const [from, until] = heat?.bin ? heat.bin(special_vars.x) : [coarse, coarse + joined * width]
const seconds = Math.round((until - from) / 1000)
if (format === "time") {
  const day = new Date(from).toISOString()
  return `${day.slice(0, 10)} ${day.slice(11, 19)} to ${new Date(until).toISOString().slice(11, 19)} UTC`
}
if (format === "price") {
  const low = low_px + Math.floor((special_vars.y - low_px) / height_px) * height_px
  return `price ${low.toFixed(decimals)} to below ${(low + height_px).toFixed(decimals)}`
}
if (value < 1) return "book not known"
if (value < 2) return "nothing rests here"
const size = low * Math.pow(high / low, (value - 1.5) / levels)
const edge = value > levels ? "at least " : value < 3 ? "at most " : ""
return `size ${edge}~${Number(size.toPrecision(2))} (max in bin, ${seconds} s)`
