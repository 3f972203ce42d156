// Posts the microphone's sound, mono and as it comes, in blocks of a 25th of a second.
class Recorder extends AudioWorkletProcessor {
  block = new Float32Array(Math.ceil(sampleRate / 25));
  filled = 0;

  process([[channel]]) {
    for (let from = 0; channel && from < channel.length;) {
      const part = channel.subarray(from, from + this.block.length - this.filled);
      this.block.set(part, this.filled);
      this.filled += part.length;
      from += part.length;
      if (this.filled === this.block.length) {
        this.port.postMessage(this.block.slice());
        this.filled = 0;
      }
    }
    return true;
  }
}

registerProcessor("undertone-recorder", Recorder);
