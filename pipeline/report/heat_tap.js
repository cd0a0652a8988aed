// Writes the SQL for the exact value of the cell that was clicked. Given: cb_obj (the tap), source, query, place (id),
// since, width (ms), joined, columns, low_px, height_px, rows, decimals.
const heat = window.bookHeats?.get(source.id)
const bin = heat?.levels ? heat.bin(cb_obj.x) : [cb_obj.x, cb_obj.x]
const row = Math.floor((cb_obj.y - low_px) / height_px)
const column = Math.floor((bin[0] - since) / width)
const target = document.getElementById(place)
if (target && row >= 0 && row < rows && column >= 0 && column < columns) {
  const from = since + column * width
  const midnight = (Math.floor(from / 86_400_000) + 1) * 86_400_000
  const until = Math.min(Math.max(bin[1], from + width), midnight)
  const low = low_px + row * height_px
  const values = {
    date: new Date(from).toISOString().slice(0, 10), since: new Date(from).toISOString(),
    until: new Date(until).toISOString(), low: low.toFixed(decimals), high: (low + height_px).toFixed(decimals),
  }
  target.textContent = query.replace(/\{(\w+)\}/g, (_, name) => values[name])
  target.closest("details").open = true
}
