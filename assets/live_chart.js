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
export default function ({ data, parentElement }) {
  const node = parentElement.querySelector(".live-chart");
  node.setAttribute("role", "img");
  node.setAttribute("aria-label", data.alt);
  load().then((Plotly) => Plotly.react(node, data.traces, data.layout, { responsive: true, displaylogo: false }));
  return () => {};
}
