// A text's tokens as chips, tinted and numbered by their share. All text is set as text, never as markup.
function element(kind, name, text) {
  const node = document.createElement(kind);
  node.className = name;
  if (text !== undefined) node.textContent = text;
  return node;
}
function chip(token, largest, towards, against) {
  const node = element("span", `chip ${token.share < 0 ? "against" : "towards"}${token.known ? "" : " unknown"}`);
  node.style.setProperty("--strength", largest ? Math.min(1, Math.abs(token.share) / largest) : 0);
  node.setAttribute("role", "listitem");
  const share = `${token.share < 0 ? "−" : "+"}${Math.abs(token.share).toFixed(2)}`;
  const towhat = token.share < 0 ? against : towards;
  node.title = `${share} logits, towards ${towhat}${token.known ? "" : "; the models don't know this word"}`;
  const word = element("span", "word", token.text);
  if (!token.known) word.append(element("sup", "", "?"));
  const number = element("span", "share", share);
  number.dir = "ltr"; // the sign stands before the number in every script
  node.append(word, number);
  return node;
}
export default function ({ data, parentElement }) {
  const node = parentElement.querySelector(".tokens");
  node.replaceChildren();
  for (const row of data.rows) {
    node.append(element("div", "model", row.title));
    const line = element("div", "line");
    line.dir = "auto"; // right to left where the text is
    line.setAttribute("role", "list");
    line.setAttribute("aria-label", `${row.title}: each token's share`);
    line.append(...row.tokens.map((token) => chip(token, data.largest, data.towards, data.against)));
    node.append(line);
  }
}
