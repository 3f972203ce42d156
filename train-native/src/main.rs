use std::process::ExitCode;

use clap::Parser;
use train_native::cli::{Cli, Command, DeepJob, Job};
use train_native::interrupt::{self, Interrupted};
use train_native::split::Protocol;
use train_native::{deep, encoder, functionals, predict, report, train, verify};
use undertone::inference::Tier;

/// Tables of a clip come and go by the megabyte, and this one keeps their pages.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            if error.is::<Interrupted>() { ExitCode::from(interrupt::EXIT_CODE) } else { ExitCode::FAILURE }
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    interrupt::install()?;
    match command {
        Command::Train(args) => match args.job.tier {
            Tier::Quick => train::train(&Job::prepare(args.job, Protocol::Luna5)?),
            Tier::Deep => deep::train::train(&DeepJob::prepare(args.job, Protocol::Luna5)?),
        },
        Command::Export(args) => match args.job.tier {
            Tier::Quick => train::export(&Job::prepare(args.job, Protocol::Luna5)?),
            Tier::Deep => deep::train::export(&DeepJob::prepare(args.job, Protocol::Luna5)?),
        },
        Command::Evaluate(args) => match args.job.tier {
            Tier::Quick => {
                anyhow::ensure!(args.conditions.is_empty(), "--condition is for --tier deep");
                let job = Job::prepare(args.job, args.protocol)?;
                match args.model {
                    Some(model) => train::single::evaluate(&job, args.protocol, model),
                    None => train::evaluate(&job, args.protocol),
                }
            }
            Tier::Deep => {
                anyhow::ensure!(args.model.is_none(), "--model is for --tier quick");
                args.conditions.iter().try_for_each(|condition| condition.check())?;
                let job = DeepJob::prepare(args.job, args.protocol)?;
                deep::train::evaluate(&job, args.protocol, &args.conditions, args.moments.as_deref())
            }
        },
        Command::Predict(args) => predict::predict(&args),
        Command::Verify(args) => {
            print!("{}", verify::verify(&args.models)?);
            Ok(())
        }
        Command::Encoder(args) => encoder::import(&args),
        Command::Features(args) => functionals::write(&args, &mut std::io::stdout().lock()),
        Command::Functionals(args) => functionals::evaluate(&args),
        Command::Report(args) => report::write(&args.models, args.readme.as_deref()),
    }
}
