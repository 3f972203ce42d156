//! The engine as an ES module; see `www/module/example.js`.

#[cfg(target_arch = "wasm32")]
mod exported {
    use serde::Serialize;
    use undertone::module;
    use wasm_bindgen::prelude::*;

    #[wasm_bindgen(typescript_custom_section)]
    const TYPES: &str = r#"
/** One of the eight emotions, as listeners would hear them. */
export type Emotion = "neutral" | "calm" | "happy" | "sad" | "angry" | "fearful" | "disgust" | "surprised";
/** Calibrated probabilities of sum 1. */
export type Probabilities = Record<Emotion, number>;
export interface Options {
  /** Where the models lie, relative to the page, with a slash at the end. Default: "models/". */
  models?: string;
  /** Whether the deep tier is asked too (9 MB at the first such call). Default: false. */
  deep?: boolean;
}
export interface ModelHeard {
  model: string;
  tier: "quick" | "deep";
  probabilities: Probabilities;
  milliseconds: number;
}
export interface Heard {
  winner: Emotion;
  probabilities: Probabilities;
  /** Unpleasant to pleasant, -1 to 1. */
  valence: number;
  /** Calm to excited, -1 to 1. */
  arousal: number;
  tier: "quick" | "deep";
  models: ModelHeard[];
  /** What can be measured of the voice, null where there is too little of it. */
  voice: Record<string, number | string | null>;
  /** Kept regions in seconds; what lies outside was cut as silence. */
  kept: [number, number][];
  seconds: number;
  notices: string[];
  version: string;
}
/**
 * Analyses mono samples, nominally in -1..1. Nothing leaves the machine; the models are fetched from `options.models`.
 * @throws {Error} with a sentence that says what is wrong.
 */
export function analyze(samples: Float32Array, sampleRate: number, options?: Options): Promise<Heard>;
"#;

    /// See the TypeScript above.
    ///
    /// # Errors
    /// An `Error` with a sentence.
    #[wasm_bindgen(skip_typescript)]
    pub async fn analyze(samples: Vec<f32>, sample_rate: f64, options: JsValue) -> Result<JsValue, JsError> {
        let options = Some(options).filter(|options| !options.is_undefined() && !options.is_null());
        for key in options.iter().filter_map(|given| given.dyn_ref::<js_sys::Object>()).flat_map(js_sys::Object::keys) {
            let key = key.as_string().unwrap_or_default();
            if !["models", "deep"].contains(&key.as_str()) {
                return Err(JsError::new(&format!("there is no option '{key}'; there are models and deep")));
            }
        }
        let options = module::options(options)?;
        // What is no rate becomes 0, which is refused by name.
        let heard = module::analyze(samples, sample_rate as u32, &options).await?;
        Ok(heard.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?)
    }
}

fn main() {}
