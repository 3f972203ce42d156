//! The stages before the models hear a recording: what each did, switched on and off, and what that does to the answer.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::analysis::{Envelope, Plan, Treatment};
use crate::protocol::JobId;
use crate::ui::plots::SmallWave;
use crate::ui::state::{Again, Report};
use crate::ui::text;

#[derive(PartialEq, Properties)]
pub(crate) struct PreparationProps {
    pub(crate) report: Report,
    pub(crate) again: Again,
    /// Whether another clip is under way.
    pub(crate) busy: bool,
    pub(crate) on_prepare: Callback<(JobId, Plan)>,
}

#[function_component]
pub(crate) fn Preparation(props: &PreparationProps) -> Html {
    let report = &props.report;
    let view = &report.analysis.preparation;
    let running = props.again.running.filter(|(job, _)| *job == report.job).map(|(_, plan)| plan);
    let plan = running.unwrap_or(view.report.plan);
    let disabled = props.busy || running.is_some();
    let job = report.job;
    let ask = |plan: Plan| {
        let on_prepare = props.on_prepare.clone();
        Callback::from(move |()| on_prepare.emit((job, plan)))
    };
    let failed = props.again.failed.as_ref().filter(|(failed, _)| *failed == job);
    let shown = report.shown();
    let said = match (running, failed, report.usually()) {
        (Some(_), ..) => text::PREPARING.into(),
        (None, Some((_, error)), _) => error.to_string(),
        (None, None, Some(usually)) => {
            text::changed((shown.winner, shown.probabilities[shown.winner.index()]), usually)
        }
        (None, None, None) => String::new(),
    };
    let seconds = f64::from(report.analysis.clip.seconds).max(1e-3);
    let whole = peak(&report.analysis.envelope);
    let row = |treatment: Treatment| {
        let after = view.after.iter().find(|after| after.treatment == treatment);
        let id = format!("treat-{}", treatment.name());
        let on = plan.has(treatment);
        let onchange = ask(plan.with(treatment, !on)).reform(|_: Event| ());
        html! {
            <li class="treatment" data-treatment={treatment.name()} data-on={on.to_string()}>
                <input
                    id={id.clone()}
                    type="checkbox"
                    role="switch"
                    checked={on}
                    {disabled}
                    aria-describedby={format!("{id}-did")}
                    {onchange}
                />
                <div class="treatment-words">
                    <label for={id.clone()}>{ text::treatment(treatment) }</label>
                    <p id={format!("{id}-did")} class="note">{ text::treated(treatment, &view.report) }</p>
                    if treatment == Treatment::Noise && on {
                        <Strength {plan} {disabled} {job} on_prepare={props.on_prepare.clone()} />
                    }
                </div>
                { for after.map(|after| {
                    let own = peak(&after.envelope);
                    // The level is the one stage that is to be seen by its size.
                    let reach = if treatment == Treatment::Level { own.max(whole) } else { own };
                    html! {
                        <SmallWave envelope={after.envelope.clone()} share={f64::from(after.seconds) / seconds} {reach} />
                    }
                }) }
            </li>
        }
    };
    html! {
        <section id="preparation" class="card preparation" aria-labelledby="preparation-title">
            <header class="card-head">
                <h3 id="preparation-title">{ text::PREPARATION }</h3>
                <p class="agreement">{ text::PREPARATION_NOTE }</p>
            </header>
            <ol class="treatments">
                <li class="treatment" data-treatment="before">
                    <span></span>
                    <div class="treatment-words"><span>{ text::BEFORE }</span></div>
                    <SmallWave envelope={report.analysis.envelope.clone()} share=1.0 reach={whole} />
                </li>
                { for Treatment::ALL.map(row) }
            </ol>
            <div class="preparation-foot">
                <p id="prepared" role="status" data-running={running.is_some().to_string()}>{ said }</p>
                if plan != Plan::default() {
                    <button
                        id="as-usual"
                        type="button"
                        class="button is-quiet is-small"
                        {disabled}
                        onclick={ask(Plan::default()).reform(|_: MouseEvent| ())}
                    >
                        { text::AS_USUAL }
                    </button>
                }
            </div>
        </section>
    }
}

/// Largest magnitude of any sample.
fn peak(envelope: &Envelope) -> f32 {
    envelope.minima.iter().chain(&envelope.maxima).fold(0.0, |peak, sample| peak.max(sample.abs()))
}

#[derive(PartialEq, Properties)]
struct StrengthProps {
    plan: Plan,
    disabled: bool,
    job: JobId,
    on_prepare: Callback<(JobId, Plan)>,
}

/// How much of the noise goes.
#[function_component]
fn Strength(props: &StrengthProps) -> Html {
    let (plan, job, on_prepare) = (props.plan, props.job, props.on_prepare.clone());
    let onchange = Callback::from(move |event: Event| {
        let input: Option<HtmlInputElement> = event.target_dyn_into();
        if let Some(per_cent) = input.and_then(|input| input.value().parse::<f32>().ok()) {
            on_prepare.emit((job, Plan { noise: (per_cent / 100.0).clamp(0.05, 1.0), ..plan }));
        }
    });
    let shown = text::percent(plan.noise);
    html! {
        <div class="threshold">
            <label for="noise-strength">{ text::NOISE_STRENGTH }</label>
            <input
                id="noise-strength"
                type="range"
                min="5"
                max="100"
                step="5"
                value={format!("{:.0}", plan.noise * 100.0)}
                aria-valuetext={shown.clone()}
                disabled={props.disabled}
                {onchange}
            />
            <output for="noise-strength">{ shown }</output>
        </div>
    }
}
