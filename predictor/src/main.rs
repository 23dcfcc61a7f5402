//! The `predictor` program: everything is in the library.

fn main() -> std::process::ExitCode {
    predictor::cli::run(std::env::args_os())
}
