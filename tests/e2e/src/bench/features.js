// A module worker, as the page's engine is in one: ours, Meyda and essentia.js on the same frames of the same clip. A
// message asks one of them for one run; the answer is its milliseconds and the means of what it measured.
import init, {spectral} from "./ours/features.js";
import "./meyda/meyda.min.js";
import Essentia from "./essentia/essentia.js-core.es.js";
import {EssentiaWASM} from "./essentia/essentia-wasm.es.js";

const RATE = 16000, FRAME = 512, HOP = 160, COEFFICIENTS = 13;
const FEATURES = ["mfcc", "spectralCentroid", "spectralRolloff", "spectralFlatness", "rms", "zcr"];
const ROWS = COEFFICIENTS + 5;

Object.assign(Meyda, {
  bufferSize: FRAME, sampleRate: RATE, numberOfMFCCCoefficients: COEFFICIENTS, windowingFunction: "hanning",
});

const essentia = new Essentia(EssentiaWASM);

// Each fills a matrix of one row a frame: cepstra, centroid and roll-off in Hz, flatness, RMS, zero crossings a sample.
const programs = {
  ours: spectral,

  meyda(samples) {
    const frames = 1 + Math.floor((samples.length - FRAME) / HOP);
    const rows = new Float32Array(frames * ROWS);
    for (let frame = 0; frame < frames; frame++) {
      const found = Meyda.extract(FEATURES, samples.subarray(frame * HOP, frame * HOP + FRAME));
      rows.set(found.mfcc, frame * ROWS);
      rows.set([
        found.spectralCentroid * RATE / FRAME, found.spectralRolloff, found.spectralFlatness, found.rms, found.zcr / FRAME,
      ], frame * ROWS + COEFFICIENTS);
    }
    return rows;
  },

  "essentia.js"(samples) {
    const frames = 1 + Math.floor((samples.length - FRAME) / HOP);
    const rows = new Float32Array(frames * ROWS);
    for (let frame = 0; frame < frames; frame++) {
      const sound = essentia.arrayToVector(samples.subarray(frame * HOP, frame * HOP + FRAME));
      const windowed = essentia.Windowing(sound, true, FRAME, "hann", 0, false).frame;
      const spectrum = essentia.Spectrum(windowed, FRAME).spectrum;
      const {bands, mfcc} = essentia.MFCC(
        spectrum, 2, RATE / 2, FRAME / 2 + 1, 0, "dbamp", 0, "unit_sum", 40, COEFFICIENTS, RATE);
      for (let k = 0; k < COEFFICIENTS; k++) rows[frame * ROWS + k] = mfcc.get(k);
      rows.set([
        essentia.Centroid(spectrum, RATE / 2).centroid, essentia.RollOff(spectrum, 0.85, RATE).rollOff,
        essentia.Flatness(spectrum).flatness, essentia.RMS(sound).rms,
        essentia.ZeroCrossingRate(sound).zeroCrossingRate,
      ], frame * ROWS + COEFFICIENTS);
      for (const vector of [sound, windowed, spectrum, bands, mfcc]) vector.delete();
    }
    return rows;
  },
};

const clips = new Map();

const samplesOf = async file => {
  if (!clips.has(file)) {
    const bytes = await (await fetch(new URL(`./clips/${file}`, import.meta.url))).arrayBuffer();
    clips.set(file, Float32Array.from(new Int16Array(bytes, 44), sample => sample / 32768));
  }
  return clips.get(file);
};

// Over the frames that have a number: the peers give none for frames of zeros.
const means = rows => Array.from({length: ROWS}, (_, row) => {
  const values = rows.filter((value, index) => index % ROWS === row && Number.isFinite(value));
  return values.reduce((sum, value) => sum + value, 0) / values.length;
});

const ready = init({module_or_path: new URL("./ours/features_bg.wasm", import.meta.url)});

const answer = async ({who, file}) => {
  await ready;
  const samples = await samplesOf(file);
  const start = performance.now();
  const rows = programs[who](samples);
  const millis = performance.now() - start;
  if (who === "ours" && !rows.every(Number.isFinite)) throw new Error("a number is not finite");
  return {millis, means: means(rows)};
};

self.onmessage = ({data}) => answer(data).then(
  found => self.postMessage(found),
  error => self.postMessage({error: String(error?.stack ?? error)}));
