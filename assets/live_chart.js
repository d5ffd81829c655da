// Draws one Plotly figure and keeps it: `react` updates the node in place, so the reader's zoom survives.
let plotly;
function load() {
  plotly ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly);
    const tag = document.createElement("script");
    tag.src = "/vendor/plotly.min.js";
    tag.onload = () => resolve(window.Plotly);
    tag.onerror = (failure) => {
      plotly = undefined; // so that the next chart tries again
      reject(failure);
    };
    document.head.appendChild(tag);
  });
  return plotly;
}
const NARROW = 600; // pixels; below, plotly's tool bar would cover the legend
const NOT_OFFERED = ["select2d", "lasso2d"]; // nothing here listens to a selection
const LEGEND = 60, LINE = 20; // pixels for the legend within a chart's height: more makes the chart taller; of one line
// How much taller than `height` the node must be, so that a legend of many lines takes nothing from the plot.
function beyond(node) {
  const box = node.querySelector(".legend .scrollbox")?.getBBox();
  return box ? Math.max(0, Math.ceil(box.height) - LEGEND) : 0;
}
function taller(layout, by) {
  return by ? { ...layout, height: layout.height + by, legend: { ...layout.legend, maxheight: by + LEGEND + LINE } } : layout;
}
// Where the reader clicked, in the axes' own numbers; a category's is its place from 0.
function place(node, event) {
  const { xaxis, yaxis } = node._fullLayout;
  const box = node.getBoundingClientRect();
  const x = xaxis.p2l(event.clientX - box.left - xaxis._offset), y = yaxis.p2l(event.clientY - box.top - yaxis._offset);
  return { x, y };
}
export default function ({ data, parentElement, setTriggerValue }) {
  const drawn = load();
  const node = parentElement.querySelector(".live-chart");
  if (!data) {
    node.dataset.preload = ""; // mounted only so that the script is there when the first chart comes
    return () => {};
  }
  node.setAttribute("role", "figure"); // no image: it holds plotly's buttons
  node.setAttribute("aria-label", data.alt);
  const displayModeBar = window.innerWidth < NARROW ? false : "hover";
  const local = { displaylogo: false, showSendToCloud: false, plotlyServerURL: "" }; // no chart leaves this machine
  const config = { staticPlot: data.clickable, responsive: true, displayModeBar, modeBarButtonsToRemove: NOT_OFFERED, ...local };
  // A click is a place in the axes where that is asked for (Plotly would take it for zooming), else a point with an id.
  node.onclick = data.clickable ? (event) => setTriggerValue("placed", place(node, event)) : null;
  node.style.cursor = data.clickable ? "crosshair" : "";
  const click = ({ points }) => points[0].id && setTriggerValue("clicked", points[0].id);
  const done = drawn.then(async (Plotly) => {
    await Plotly.react(node, data.traces, taller(data.layout, node.beyond ?? 0), config);
    if (beyond(node) !== (node.beyond ?? 0)) await Plotly.react(node, data.traces, taller(data.layout, node.beyond = beyond(node)), config);
    node.removeAllListeners("plotly_click");
    node.on("plotly_click", click);
  });
  // Also called where newer data overtook these: then the node is still there, and drawn by a later call. What is purged
  // no longer listens to the window, which would keep it.
  return () => done.then(() => node.isConnected || window.Plotly.purge(node));
}
