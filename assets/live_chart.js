// Draws one Plotly figure and keeps it: `react` updates the node in place, so the reader's zoom survives.
let plotly;
function load() {
  plotly ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly);
    const tag = document.createElement("script");
    tag.src = "/vendor/plotly.min.js";
    tag.onload = () => resolve(window.Plotly);
    tag.onerror = reject;
    document.head.appendChild(tag);
  });
  return plotly;
}
const NARROW = 600; // pixels; below, plotly's tool bar would cover the legend
export default function ({ data, parentElement }) {
  const drawn = load();
  const node = parentElement.querySelector(".live-chart");
  if (!data) {
    node.dataset.preload = ""; // mounted only so that the script is there when the first chart comes
    return () => {};
  }
  node.setAttribute("role", "figure"); // no image: it holds plotly's buttons
  node.setAttribute("aria-label", data.alt);
  const config = { responsive: true, displaylogo: false, displayModeBar: window.innerWidth < NARROW ? false : "hover" };
  drawn.then((Plotly) => Plotly.react(node, data.traces, data.layout, config));
  return () => {};
}
