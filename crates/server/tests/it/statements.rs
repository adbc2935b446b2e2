//! What the five products say of their credits, statement by statement, through the HTTP
//! API of a real server on each product's preset. Each test is named by its statement;
//! where a statement contradicts another (I-1 …), its comment says which way was taken and
//! why. The same statements are tested on the ledger alone in `crates/ledger`.

mod contradictions;
mod leadiq;
mod leadmagic;
mod leadmine;
mod lemlist;
mod success_ai;
