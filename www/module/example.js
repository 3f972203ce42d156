import init, { analyze } from "./undertone.js";

await init();
const say = text => { document.querySelector("output").textContent = text; };
document.querySelector("input").addEventListener("change", async event => {
  try {
    const sound = await new AudioContext().decodeAudioData(await event.target.files[0].arrayBuffer());
    const heard = await analyze(sound.getChannelData(0), sound.sampleRate, { models: "../models/", deep: true });
    say(`${heard.winner}, ${Math.round(100 * heard.probabilities[heard.winner])} %`);
  } catch (error) { say(error.message); }
});
say("Choose a recording.");
