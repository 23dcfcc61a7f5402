//! The terminal: entered once, restored however the console ends.

use std::io::{self, Stdout, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, SetTitle, disable_raw_mode, enable_raw_mode};
use ratatui::Frame;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

static ENTERED: AtomicBool = AtomicBool::new(false);
/// Held while a frame is written, so that nothing is drawn on a terminal that another thread has just given back.
static WRITING: Mutex<()> = Mutex::new(());
/// How long giving back waits for a frame: a terminal that takes none any more must not hold up the end.
const FRAME: Duration = Duration::from_millis(300);

/// The screen in front of the user.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Screen {
    /// Takes the terminal: raw mode, alternate screen, bracketed paste. The mouse stays the terminal's, so that selecting works.
    pub fn enter() -> io::Result<Self> {
        ENTERED.store(true, Ordering::SeqCst);
        let taken = take();
        if taken.is_err() {
            restore();
        }
        taken?;
        let terminal = Terminal::new(CrosstermBackend::new(io::stdout())).inspect_err(|_| restore())?;
        Ok(Self { terminal })
    }

    /// Draws one frame; only cells that changed are written.
    pub fn draw(&mut self, view: impl FnOnce(&mut Frame)) -> io::Result<()> {
        let _writing = WRITING.lock();
        if ENTERED.load(Ordering::SeqCst) { self.terminal.draw(view).map(|_| ()) } else { Ok(()) }
    }

    /// Size in columns and rows.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        self.terminal.size().map(|size| (size.width, size.height))
    }

    /// Forgets what is on the screen, so that the next frame writes every cell.
    pub fn redraw(&mut self) -> io::Result<()> {
        self.terminal.clear()
    }

    /// Gives the terminal to another program while `run` lasts.
    pub async fn lend<T>(&mut self, run: impl Future<Output = T>) -> io::Result<T> {
        restore();
        let result = run.await;
        ENTERED.store(true, Ordering::SeqCst);
        take()?;
        self.terminal.clear()?;
        Ok(result)
    }

    /// Sends bytes that are no part of a frame: clipboard, bell, title.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut out = io::stdout();
        out.write_all(bytes)?;
        out.flush()
    }

    /// Sets the window title.
    pub fn title(&mut self, title: &str) -> io::Result<()> {
        execute!(io::stdout(), SetTitle(title))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

fn take() -> io::Result<()> {
    enable_raw_mode()?;
    // The terminal keeps its title on a stack (XTWINOPS 22 and 23); those that do not know it ignore this.
    io::stdout().write_all(b"\x1b[22;0t")?;
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange, Hide)
}

/// Gives the terminal back as it was: main screen, cursor, no raw mode. Does so once; safe from any thread.
pub fn restore() {
    if ENTERED.swap(false, Ordering::SeqCst) {
        // A panic while drawing holds the lock itself.
        let begun = Instant::now();
        let mut writing = WRITING.try_lock();
        while writing.is_err() && begun.elapsed() < FRAME {
            std::thread::sleep(Duration::from_millis(5));
            writing = WRITING.try_lock();
        }
        // The terminal may be gone; there is no one left to tell.
        let _ = execute!(io::stdout(), DisableFocusChange, DisableBracketedPaste, LeaveAlternateScreen, Show);
        let _ = io::stdout().write_all(b"\x1b[23;0t").and_then(|()| io::stdout().flush());
        let _ = disable_raw_mode();
    }
}

/// A panic in any thread restores the terminal, prints its text where it can be read, and ends the console: one that
/// has lost a part of itself would show half the truth.
pub fn restore_on_panic() {
    let standard = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        restore();
        standard(info);
        std::process::exit(PANICKED);
    }));
}

/// Exit code after a panic, as Rust's own.
pub const PANICKED: i32 = 101;
