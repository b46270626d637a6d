//! Watches a decode from inside whisper.cpp: stops it at the deadline and counts its tokens.
//!
//! whisper-rs' own `set_abort_callback_safe` stores one closure type and calls another, so the callbacks are ours.

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use whisper_rs::{FullParams, WhisperError, WhisperState, WhisperSysContext, WhisperSysState, WhisperTokenData};

/// Lives on the stack of the thread that decodes; whisper.cpp calls back on that thread only (`n_threads` is 1).
pub(super) struct Watch<'a> {
    stop: &'a AtomicBool,
    deadline: Instant,
    overran: Cell<bool>,
    passes: Cell<u32>,
    sampled: Cell<u32>,
    longest: Cell<u32>,
}

impl<'a> Watch<'a> {
    pub(super) fn until(deadline: Instant, stop: &'a AtomicBool) -> Self {
        let (overran, passes) = (Cell::new(false), Cell::new(0));
        Self { stop, deadline, overran, passes, sampled: Cell::new(0), longest: Cell::new(0) }
    }

    /// Runs whisper.cpp's whole pipeline under watch.
    #[expect(unsafe_code, reason = "callbacks of C")]
    pub(super) fn run(
        &self,
        state: &mut WhisperState,
        mut parameters: FullParams<'static, 'static>,
        samples: &[f32],
    ) -> Result<(), WhisperError> {
        let user_data = std::ptr::from_ref(self).cast_mut().cast::<c_void>();
        // SAFETY: both callbacks read their user data as a `Watch`; `self` outlives the call below, which consumes the
        // parameters and returns only after its last callback, all of them on this thread.
        unsafe {
            parameters.set_abort_callback(Some(abort));
            parameters.set_abort_callback_user_data(user_data);
            parameters.set_filter_logits_callback(Some(count));
            parameters.set_filter_logits_callback_user_data(user_data);
        }
        state.full(parameters, samples)
    }

    /// The deadline passed while the decode ran, and stopped it.
    pub(super) fn overran(&self) -> bool {
        self.overran.get()
    }

    /// Encoder passes begun to be decoded.
    pub(super) fn passes(&self) -> u32 {
        self.passes.get()
    }

    /// Tokens sampled in all passes.
    pub(super) fn sampled(&self) -> u32 {
        self.sampled.get()
    }

    /// Tokens sampled in the longest pass.
    pub(super) fn longest(&self) -> u32 {
        self.longest.get()
    }
}

/// Asked after each encoder pass and each token.
#[expect(unsafe_code, reason = "called by C")]
unsafe extern "C" fn abort(user_data: *mut c_void) -> bool {
    // SAFETY: `Watch::run` passed a pointer to itself, and still runs.
    let watch = unsafe { &*user_data.cast::<Watch<'_>>() };
    if Instant::now() >= watch.deadline {
        watch.overran.set(true);
    }
    watch.overran.get() || watch.stop.load(Ordering::Relaxed)
}

/// Called before each token is sampled, with the number already sampled in this pass. Leaves the logits alone.
#[expect(unsafe_code, reason = "called by C")]
unsafe extern "C" fn count(
    _: *mut WhisperSysContext,
    _: *mut WhisperSysState,
    _: *const WhisperTokenData,
    before: c_int,
    _: *mut f32,
    user_data: *mut c_void,
) {
    // SAFETY: `Watch::run` passed a pointer to itself, and still runs.
    let watch = unsafe { &*user_data.cast::<Watch<'_>>() };
    let nth = u32::try_from(before).unwrap_or(0) + 1;
    if nth == 1 {
        watch.passes.set(watch.passes.get() + 1);
    }
    watch.sampled.set(watch.sampled.get() + 1);
    watch.longest.set(watch.longest.get().max(nth));
}
