// If a chart cannot be drawn, the page says so. Runs before anything else: the sentence that no script has run stands in
// the page, and is hidden here, by a script.
{
  const style = document.createElement("style")
  style.textContent = ".chart-failed { display: none }"
  document.head.append(style)
  const say = (text) => {
    const show = () => document.querySelectorAll(".chart-failed").forEach((one) => {
      one.style.display = "block"
      one.textContent = `The charts of this page could not be drawn in this browser: ${text}`
    })
    document.readyState === "loading" ? addEventListener("DOMContentLoaded", show) : show()
  }
  addEventListener("error", (event) => {
    // A chart that grows while it is measured is no fault.
    if (!String(event.message).startsWith("ResizeObserver loop")) say(event.message)
  })
  addEventListener("unhandledrejection", (event) => say(event.reason))
  addEventListener("load", () => setTimeout(() => {
    const state = document.documentElement.dataset.bookHeat
    if (state !== undefined && state !== "complete") say("the picture was not unpacked within 20 seconds")
    if (!window.Bokeh || Bokeh.index.roots.length === 0) say("nothing was drawn within 20 seconds")
  }, 20_000))
}
