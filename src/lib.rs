//! Client for the Ittybit media API.
