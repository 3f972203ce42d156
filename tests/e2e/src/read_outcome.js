const before = arguments[0];
const text = selector => (document.querySelector(selector)?.innerText ?? "").trim();
const rows = parent => Object.fromEntries(
  [...parent.querySelectorAll("[data-emotion][data-probability]")]
    .map(row => [row.dataset.emotion, Number(row.dataset.probability)]));
const result = document.querySelector("#result");
if (result) {
  if (result.ariaBusy === "true" || result.dataset.job === before || !document.querySelector("#probabilities [data-emotion]")) return null;
  return {
    job: result.dataset.job,
    winner: result.dataset.winner,
    tier: result.dataset.tier,
    probabilities: rows(document.querySelector("#probabilities")),
    models: Object.fromEntries(
      [...document.querySelectorAll("#models [data-model]")].map(row => [row.dataset.model, rows(row)])),
    ensembles: Object.fromEntries(
      [...document.querySelectorAll("#models [data-ensemble]")].map(row => [row.dataset.ensemble, rows(row)])),
    millis: Object.fromEntries(
      [...document.querySelectorAll("#models [data-millis]")].map(
        row => [row.dataset.model ?? row.dataset.ensemble, Number(row.dataset.millis)])),
    stages: [...document.querySelectorAll("#stages [data-stage]")]
      .map(row => [row.dataset.stage, Number(row.dataset.millis)]),
    notices: text("#notices"),
    canvases: ["#waveform", "#mel"].map(id => {
      const canvas = document.querySelector("canvas" + id);
      return [canvas?.width ?? 0, canvas?.height ?? 0];
    }),
  };
}
return text("#message[role=alert]") || null;
