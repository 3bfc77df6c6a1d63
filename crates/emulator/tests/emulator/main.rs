//! The emulator over HTTP: one test program, so that it is linked once.

mod http;

mod contract;
mod cursors;
mod documented;
mod documents;
mod faults;
mod life;
mod paging;
mod state;
