//! What every database must do alike: the same cases on SQLite and on PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    missing_docs,
    unreachable_pub
)]

mod actions;
mod bench;
mod calibration;
mod captures;
mod credits;
mod domains;
mod erasure;
mod joining;
mod lookups;
mod pairing;
mod providers;
mod receipts;
mod slots;
mod sqlite_only;

/// Runs each case on both databases.
macro_rules! conformance {
    ($($module:ident :: $case:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    crate::$module::$case(crate::bench::Bench::sqlite().await).await;
                }
            )*
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    if let Some(bench) = crate::bench::Bench::postgres().await {
                        crate::$module::$case(bench).await;
                    }
                }
            )*
        }
    };
}

conformance! {
    actions::an_action_is_held_settled_and_repeated,
    actions::an_unlock_that_nobody_can_go_on_with_ends_and_gives_its_credit_back,
    actions::a_dead_servers_action_is_taken_up_once,
    actions::two_servers_hold_exactly_what_fits,
    actions::the_same_begun_twice_is_charged_once,
    actions::a_hold_that_ran_out_is_made_anew,
    actions::what_we_could_not_do_is_given_back,
    actions::a_report_is_charged_once,
    actions::a_bounce_undoes_the_recorded_order,
    actions::a_good_address_that_reverifies_invalid_is_given_back,
    actions::numbers_are_kept_and_paid_for_once,
    actions::an_import_is_stored_and_charged_once,
    actions::a_person_listed_twice_is_imported_once,
    actions::members_come_with_invitations_and_go_with_their_devices,
    actions::a_payment_counts_once,
    actions::an_erased_account_leaves_nothing_but_its_ledger,
    pairing::a_code_works_once_and_not_late,
    pairing::a_revoked_token_is_none,
    captures::the_first_start_makes_the_account_once,
    captures::a_repeat_is_answered_as_it_stands,
    captures::another_body_is_a_conflict,
    captures::one_person_is_one_lead,
    captures::a_page_that_names_another_site_joins_the_leads,
    joining::two_stored_leads_become_one,
    joining::what_is_under_way_or_has_another_name_stays_apart,
    erasure::erasure_covers_every_address,
    captures::namesakes_with_addresses_of_their_own_stay_apart,
    captures::corrections_survive_a_new_capture,
    captures::one_company_in_several_forms_keeps_corrections,
    captures::an_older_capture_only_fills_gaps,
    captures::changes_come_in_order_and_whole,
    captures::a_cursor_from_another_life_is_set_back,
    captures::other_accounts_see_nothing,
    captures::a_company_is_stored_and_not_looked_up,
    credits::a_proof_costs_one_credit_and_says_so,
    credits::nothing_found_costs_nothing,
    credits::clicks_on_one_lead_share_one_lookup_and_one_charge,
    credits::a_fresh_proof_is_answered_at_once_and_free,
    credits::an_old_proof_is_asked_again_for_free,
    credits::one_value_is_paid_once_for_two_leads,
    credits::without_credit_the_lead_is_kept_and_resumed_by_hand,
    credits::of_many_at_once_exactly_those_that_fit_are_held,
    credits::of_many_identical_at_once_one_is_stored,
    credits::an_expired_hold_charges_nothing,
    lookups::a_dead_servers_lookup_is_taken_over_and_settled_once,
    lookups::a_renewed_lease_is_kept,
    lookups::a_deferral_waits_and_hands_back_what_was_known,
    lookups::our_own_hold_is_no_deferral,
    lookups::what_could_not_be_reached_is_woken,
    lookups::two_servers_never_take_the_same,
    lookups::look_ups_of_one_company_are_taken_together,
    lookups::a_killed_servers_look_ups_are_taken_over_together_and_then_alone,
    lookups::a_released_company_is_free_for_others,
    lookups::servers_that_take_companies_at_once_take_each_once,
    lookups::a_correction_under_way_begins_anew,
    lookups::a_given_domain_takes_up_what_needed_it,
    lookups::evidence_is_the_accounts_own,
    lookups::a_companys_own_page_tells_its_website,
    lookups::people_of_a_company_are_counted_once,
    erasure::erasure_stays_erased,
    erasure::a_lookup_under_way_is_given_up,
    erasure::verifications_go_with_their_address,
    erasure::evidence_is_kept_with_its_address_and_goes_with_it,
    calibration::outcomes_are_evidence_and_judge_the_scores,
    domains::a_domains_profile_is_the_newest,
    domains::a_confirmed_domain_is_believed_for_its_time,
    domains::a_confirmed_domain_is_the_accounts_own,
    domains::the_later_of_two_holds_counts,
    domains::the_runs_of_an_hour_are_counted_for_all_servers,
    slots::no_more_hold_a_slot_than_may,
    slots::slots_that_are_kept_are_given_once,
    slots::a_killed_servers_slot_is_taken_over_when_its_lease_ends,
    slots::turns_of_servers_keep_a_limit_together,
    slots::a_turn_that_comes_too_late_is_not_taken,
    providers::keys_are_set_changed_ordered_and_removed,
    providers::the_days_purse_is_reserved_settled_and_new_the_next_day,
    providers::servers_together_keep_the_days_limit,
    providers::what_was_answered_is_not_asked_again,
    providers::mail_counts_for_a_providers_record,
    providers::misses_are_remembered_for_their_time,
    providers::a_companys_domain_is_asked_for_once,
    providers::only_the_lease_holder_asks,
    providers::what_a_provider_works_on_is_looked_at_and_not_asked_again,
    providers::a_look_up_goes_on_with_what_it_has_begun,
    providers::what_is_asked_once_is_not_asked_again_where_its_answer_was_lost,
    providers::second_opinions_are_each_providers_own,
    providers::what_was_said_of_an_address_goes_with_its_person,
    actions::an_action_waits_under_its_hold,
    receipts::a_list_is_newest_first_and_pages_hold_still,
    receipts::a_row_says_what_it_was_of_and_what_it_cost,
    receipts::a_member_sees_their_own,
    receipts::numbers_show_what_a_click_would_cost,
}
