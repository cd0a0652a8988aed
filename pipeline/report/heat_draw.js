// Draws the columns in sight, pooled by maximum to the pixels of the screen: a canvas that is left to shrink a picture
// itself drops columns, and with them the walls that lasted a second.
// Given: source, x_range, figure, legend, tiles, tile, alphabet, pools, rows, columns, since and width (ms).
const kept = (window.bookHeats ??= new Map())

const digits = new Uint8Array(128)
for (let k = 0; k < alphabet.length; k++) digits[alphabet.charCodeAt(k)] = k

// Bytes of a text in base 85: four of five digits, the last group cut short.
const bytesOf = (text) => {
  const groups = Math.ceil(text.length / 5)
  const whole = text.padEnd(groups * 5, alphabet[84])
  const view = new DataView(new ArrayBuffer(groups * 4))
  for (let k = 0, at = 0; k < groups; k++) {
    let value = 0
    for (let n = 0; n < 5; n++, at++) value = value * 85 + digits[whole.charCodeAt(at)]
    view.setUint32(k * 4, value)
  }
  return new Uint8Array(view.buffer, 0, groups * 4 - (groups * 5 - text.length))
}

const inflated = async (text) => {
  const stream = new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("deflate"))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

// Levels of the pyramid, each bucket's columns one after the other.
const unpacked = async () => {
  const full = new Uint8Array(rows * columns)
  for (let n = 0; n < tiles.length; n++) {
    const part = await inflated(tiles[n])
    const wide = part.length / rows
    for (let row = 0; row < rows; row++) {
      let code = 0
      for (let at = 0; at < wide; at++) {
        code = (code + part[row * wide + at]) & 255
        full[row * columns + n * tile + at] = code
      }
    }
  }
  const levels = [{pool: 1, columns, codes: full}]
  for (const pool of pools.slice(1)) {
    const below = levels[levels.length - 1]
    const step = pool / below.pool
    const wide = Math.ceil(below.columns / step)
    const made = new Uint8Array(rows * wide)
    for (let row = 0; row < rows; row++) {
      for (let at = 0; at < below.columns; at++) {
        const to = row * wide + Math.floor(at / step)
        const code = below.codes[row * below.columns + at]
        if (code > made[to]) made[to] = code
      }
    }
    levels.push({pool, columns: wide, codes: made})
  }
  return levels
}

// Bokeh draws half a pixel to the right, for lines to be sharp. There the edges of columns would lie in the middle of
// pixels, and rounding would choose which column a pixel shows.
const show = (codes, wide, x, dw) => {
  const Bytes = source.data.image[0].constructor
  const half = Math.abs(x_range.end - x_range.start) / figure.inner_width / 2
  const {y, dh} = source.data
  source.data = {image: [new Bytes(codes, [rows, wide])], x: [x - half], dw: [dw], y, dh}
}

const draw = (heat) => {
  // Where a CSS pixel is no whole number of pixels, the browser lays the canvas between them and blurs it; of two pixels
  // of the canvas with the same content, one at least stays nearly as it is.
  const ratio = window.devicePixelRatio
  const pixels = Math.max(1, Math.round(figure.inner_width * (Number.isInteger(ratio) ? ratio : ratio / 2)))
  const [start, end] = [Math.min(x_range.start, x_range.end), Math.max(x_range.start, x_range.end)]
  const key = [start, end, pixels].join()
  if (!heat.levels || !(figure.inner_width > 0) || !(end > start) || key === heat.key) return
  heat.key = key
  const first = (start - since) / width
  const span = (end - start) / width
  if (span <= pixels) {  // a column is a pixel or more: as they are
    const from = Math.floor(first)
    const wide = Math.ceil(first + span) - from
    const codes = new Uint8Array(rows * wide)
    const [a, b] = [Math.max(from, 0), Math.min(from + wide, columns)]
    for (let row = 0; row < rows && a < b; row++) {
      codes.set(heat.levels[0].codes.subarray(row * columns + a, row * columns + b), row * wide + a - from)
    }
    heat.bin = (x) => {
      const column = Math.floor((x - since) / width)
      return [since + column * width, since + (column + 1) * width]
    }
    show(codes, wide, since + from * width, wide * width)
    return
  }
  // Two columns a pixel at least, so that none stands more than a quarter of a pixel off; eight at most, for speed.
  const level = heat.levels.filter(one => one.pool === 1 || span / one.pool >= 2 * pixels).pop()
  const edges = Array.from({length: pixels + 1}, (_, k) => Math.round((first + k * span / pixels) / level.pool))
  const codes = new Uint8Array(rows * pixels)
  for (let row = 0; row < rows; row++) {
    const base = row * level.columns
    for (let k = 0; k < pixels; k++) {
      let most = 0
      for (let at = Math.max(edges[k], 0); at < Math.min(edges[k + 1], level.columns); at++) {
        if (level.codes[base + at] > most) most = level.codes[base + at]
      }
      codes[row * pixels + k] = most
    }
  }
  heat.bin = (x) => {
    const k = Math.min(Math.max(Math.floor((x - start) / (end - start) * pixels), 0), pixels - 1)
    return [since + edges[k] * level.pool * width, since + edges[k + 1] * level.pool * width]
  }
  show(codes, pixels, start, end - start)
}

legend.ncols = figure.inner_width < 700 ? 1 : 3
const known = kept.get(source.id)
if (known) {
  draw(known)
} else {
  const heat = {levels: null, key: "", bin: null}
  kept.set(source.id, heat)
  document.documentElement.dataset.bookHeat = "first"
  performance.mark("book-heat-first")
  // Left to the next turn, so that the first picture is painted before the tiles are unpacked.
  setTimeout(async () => {
    heat.levels = await unpacked()
    draw(heat)
    performance.mark("book-heat-complete")
    document.documentElement.dataset.bookHeat = "complete"
  }, 0)
}
