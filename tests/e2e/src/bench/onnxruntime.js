// A module worker: onnxruntime-web (wasm, one thread, SIMD) on the encoder, in a worker as the page's engine is. The first
// message names the file and loads it; each one after that asks for some runs in a row.
import * as ort from "./ort/ort.wasm.min.mjs";

let session;
let inputs;

const answer = async data => {
  if (session) {
    const start = performance.now();
    let pooled;
    for (let run = 0; run < data.runs; run++) ({pooled} = await session.run(inputs));
    const millis = performance.now() - start;
    if (!pooled.data.every(Number.isFinite)) throw new Error("an output is no number");
    return millis / data.runs;
  }
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = new URL("./ort/", import.meta.url).href;
  const bytes = new Uint8Array(await (await fetch(new URL(data.file, import.meta.url))).arrayBuffer());
  const loading = performance.now();
  session = await ort.InferenceSession.create(bytes, {executionProviders: ["wasm"], graphOptimizationLevel: "all"});
  const millis = performance.now() - loading;
  const mel = Float32Array.from({length: data.mels * data.frames}, (_, index) => Math.sin(index * 0.37) * 0.5);
  inputs = {
    log_mel: new ort.Tensor("float32", mel, [1, data.mels, data.frames]),
    frames: new ort.Tensor("float32", new Float32Array([data.frames]), [1]),
  };
  return millis;
};

self.onmessage = ({data}) => answer(data).then(
  millis => self.postMessage({millis}),
  error => self.postMessage({error: String(error)}));
