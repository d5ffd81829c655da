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
// Where the reader clicked, in the axes' own numbers; a category's is its place from 0.
function place(node, event) {
  const { xaxis, yaxis } = node._fullLayout;
  const box = node.getBoundingClientRect();
  const x = xaxis.p2l(event.clientX - box.left - xaxis._offset), y = yaxis.p2l(event.clientY - box.top - yaxis._offset);
  return { x, y };
}
export default function ({ data, parentElement, setTriggerValue }) {
  const drawn = load();
  if (!data) return () => {}; // mounted only so that the script is there when the first chart comes
  const node = parentElement.querySelector(".live-chart");
  node.setAttribute("role", "img");
  node.setAttribute("aria-label", data.alt);
  // Plotly would take the clicks for zooming.
  node.onclick = data.clickable ? (event) => setTriggerValue("clicked", place(node, event)) : null;
  node.style.cursor = data.clickable ? "crosshair" : "";
  const config = { staticPlot: data.clickable, responsive: true, displaylogo: false, displayModeBar: window.innerWidth < NARROW ? false : "hover" };
  drawn.then((Plotly) => Plotly.react(node, data.traces, data.layout, config));
  return () => {};
}
