//! Debian's and Ubuntu's packages, where we may install some.

use std::process::Command;

use anyhow::Result;

use crate::workspace::{announce, find_program, output_of, run};

/// Whether this is such a machine, and we are root on it.
pub fn can_install() -> bool {
    find_program("apt-get").is_some() && output_of(Command::new("id").arg("-u")).as_deref() == Some("0")
}

/// Installs packages, and says so.
pub fn install(packages: &[&str], duration: &str) -> Result<()> {
    announce(format!("installing {} with apt-get ({duration})", packages.join(" and ")));
    let apt = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").arg("-q");
        command
    };
    run(apt().arg("update"))?;
    run(apt().args(["install", "-y", "--no-install-recommends"]).args(packages))
}
