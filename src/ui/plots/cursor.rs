//! The cursor and the selection over every plot that has the clip's time axis, and the slider that moves them.

use web_sys::Element;
use yew::prelude::*;

use crate::ui::text;
use crate::ui::use_player::{Playing, Track};

/// Seconds of an arrow key, and of Page Up and Page Down.
const STEP: f64 = 0.1;
const LEAP: f64 = 1.0;
/// A pointer that moves less has only pointed, in seconds.
const STILL: f64 = 0.05;

/// A canvas under the cursor.
pub(crate) fn under_cursor(canvas: Html, seconds: f32, playing: &Playing) -> Html {
    let share = |at: f64| format!("{:.3}%", 100.0 * (at / f64::from(seconds).max(1e-3)).clamp(0.0, 1.0));
    let x = share(playing.at);
    html! {
        <div class="plot">
            { canvas }
            <svg class="plot-cursor" aria-hidden="true">
                { for playing.part.map(|(from, to)| html! {
                    <rect
                        class="plot-part"
                        x={share(from.into())}
                        width={share((to - from).into())}
                        height="100%"
                    />
                }) }
                <line class="plot-line" x1={x.clone()} x2={x} y1="0" y2="100%" />
            </svg>
        </div>
    }
}

#[derive(PartialEq, Properties)]
pub(crate) struct SliderProps {
    pub(crate) seconds: f32,
    pub(crate) playing: Playing,
}

/// Lies over the waveform: pointer and keys move the cursor and select.
#[function_component]
pub(crate) fn Slider(props: &SliderProps) -> Html {
    let seconds = f64::from(props.seconds);
    let node = use_node_ref();
    let anchor = use_mut_ref(|| None::<f64>);
    let Playing { at, part, on_seek, on_select, on_toggle, .. } = props.playing.clone();

    let place = {
        let node = node.clone();
        move |event: &PointerEvent| {
            let area = node.cast::<Element>()?.get_bounding_client_rect();
            let share = (f64::from(event.client_x()) - area.left()) / area.width().max(1.0);
            Some(share.clamp(0.0, 1.0) * seconds)
        }
    };
    let onpointerdown = {
        let (node, anchor, place, on_seek, on_select) =
            (node.clone(), anchor.clone(), place.clone(), on_seek.clone(), on_select.clone());
        Callback::from(move |event: PointerEvent| {
            let Some(at) = place(&event).filter(|_| event.button() == 0) else { return };
            if let Some(element) = node.cast::<Element>() {
                // Without it the pointer is lost at the edge, and nothing else.
                let _ = element.set_pointer_capture(event.pointer_id());
            }
            anchor.replace(Some(at));
            on_select.emit(None);
            on_seek.emit(at);
        })
    };
    let onpointermove = {
        let (anchor, on_select) = (anchor.clone(), on_select.clone());
        Callback::from(move |event: PointerEvent| {
            let (Some(from), Some(to)) = (*anchor.borrow(), place(&event)) else { return };
            if event.buttons() & 1 == 1 && (to - from).abs() > STILL {
                on_select.emit(Some((from, to)));
            }
        })
    };
    let onpointerup = {
        let anchor = anchor.clone();
        Callback::from(move |_: PointerEvent| {
            anchor.take();
        })
    };
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let to = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => at - STEP,
            "ArrowRight" | "ArrowUp" => at + STEP,
            "PageDown" => at - LEAP,
            "PageUp" => at + LEAP,
            "Home" => 0.0,
            "End" => seconds,
            " " => {
                event.prevent_default();
                return on_toggle.emit(Track::Recorded);
            }
            "Escape" => return on_select.emit(None),
            _ => return,
        };
        event.prevent_default();
        let to = to.clamp(0.0, seconds);
        if event.shift_key() {
            // The end that does not move: of the selection, or where the selecting began.
            let fixed = match (part, *anchor.borrow()) {
                (Some((from, to)), _) => {
                    let (from, to) = (f64::from(from), f64::from(to));
                    if (at - from).abs() < (at - to).abs() { to } else { from }
                }
                (None, Some(anchor)) => anchor,
                (None, None) => at,
            };
            anchor.replace(Some(fixed));
            on_select.emit(Some((fixed, to)));
        } else {
            anchor.take();
        }
        on_seek.emit(to);
    });
    html! {
        <div
            id="clip-position"
            ref={node}
            class="plot-slider"
            role="slider"
            tabindex="0"
            aria-label={text::POSITION_SLIDER}
            aria-describedby="clip-position-help"
            aria-valuemin="0"
            aria-valuemax={format!("{seconds:.1}")}
            aria-valuenow={format!("{at:.1}")}
            aria-valuetext={text::cursor_at(at, props.seconds)}
            {onpointerdown}
            {onpointermove}
            {onpointerup}
            {onkeydown}
        ></div>
    }
}
