// If a chart cannot be drawn, the page says so. Runs before anything else.
{
  const say = (text) => {
    const show = () => document.querySelectorAll(".chart-failed").forEach((one) => {
      one.hidden = false
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
    const places = [...document.querySelectorAll("[data-root-id]")]
    const hasHeat = document.getElementById("heat-sql") !== null
    const isDrawn = !hasHeat || document.documentElement.dataset.bookHeat === "complete"
    if (!isDrawn || places.some((one) => one.childElementCount === 0)) say("nothing was drawn within 20 seconds")
  }, 20_000))
}
