//! Members, invitations and further devices.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use lode_core::api::MilliCredits;
use lode_ledger::Pool;
use lode_ledger::policy::{Permission, Role};
use lode_store::members::{
    Invitation, Invited, Member, MemberChanged, MemberEdit, role_by_name, role_name,
};
use uuid::Uuid;

use super::path_id;
use crate::api::{
    InvitationRequest, InvitationView, MemberList, MemberPatch, MemberView, PairingCodeView,
};
use crate::app::App;
use crate::extract::ApiJson;
use crate::guard::Caller;
use crate::problem::{ApiError, ApiResult};
use crate::validate;

fn role(field: &str, name: &str) -> ApiResult<Role> {
    role_by_name(name).ok_or_else(|| ApiError::field(field, "is none of admin, user"))
}

fn by_name(amounts: &BTreeMap<Pool, MilliCredits>) -> BTreeMap<String, MilliCredits> {
    amounts
        .iter()
        .map(|(pool, amount)| (pool.as_str().to_owned(), *amount))
        .collect()
}

fn member_view(member: Member) -> MemberView {
    MemberView {
        id: member.id,
        name: member.name,
        role: role_name(member.role).to_owned(),
        auto_unlock: member.auto_unlock,
        caps: by_name(&member.caps),
        used: by_name(&member.used),
        created_at: member.created_at,
    }
}

fn invitation_view(invitation: Invitation, code: Option<String>) -> InvitationView {
    InvitationView {
        id: invitation.id,
        name: invitation.name,
        role: role_name(invitation.role).to_owned(),
        expires_at: invitation.expires_at,
        code,
    }
}

/// The members and the open invitations.
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> ApiResult<Json<MemberList>> {
    let (members, invitations) = app.store.members(caller.account_id, app.now()).await?;
    Ok(Json(MemberList {
        me: caller.member_id,
        members: members.into_iter().map(member_view).collect(),
        invitations: invitations
            .into_iter()
            .map(|invitation| invitation_view(invitation, None))
            .collect(),
    }))
}

/// Invites somebody; the code pairs their first device.
pub(crate) async fn invite(
    State(app): State<App>,
    caller: Caller,
    ApiJson(request): ApiJson<InvitationRequest>,
) -> ApiResult<(StatusCode, Json<InvitationView>)> {
    caller.may(&app, Permission::Invite)?;
    let name = validate::member_name("name", &request.name)?;
    let role = role("role", &request.role)?;
    let invited = app
        .store
        .invite(caller.account_id, &name, role, &app.pricing, app.now())
        .await?;
    match invited {
        Invited::Done(invitation, code) => {
            tracing::info!(account.id = %caller.account_id, invitation.id = %invitation.id, "invited");
            let view = invitation_view(invitation, Some(code.code));
            Ok((StatusCode::CREATED, Json(view)))
        }
        Invited::NoRoom { most } => Err(ApiError::MemberLimit(most)),
    }
}

/// Takes an invitation back.
pub(crate) async fn uninvite(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    caller.may(&app, Permission::DeleteInvitation)?;
    let id = path_id(&id)?;
    if app.store.delete_invitation(caller.account_id, id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::NotFound)
    }
}

fn member_id(caller: &Caller, text: &str) -> ApiResult<Uuid> {
    if text == "me" {
        Ok(caller.member_id)
    } else {
        path_id(text)
    }
}

/// Changes a member. One's own name and setting are one's own; roles and caps are not.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    ApiJson(patch): ApiJson<MemberPatch>,
) -> ApiResult<Json<MemberView>> {
    let id = member_id(&caller, &id)?;
    if patch.role.is_some() || id != caller.member_id {
        caller.may(&app, Permission::ChangeRole)?;
    }
    if !patch.caps.is_empty() {
        caller.may(&app, Permission::Settings)?;
    }
    let mut edit = MemberEdit {
        name: patch
            .name
            .as_deref()
            .map(|name| validate::member_name("name", name))
            .transpose()?,
        role: patch
            .role
            .as_deref()
            .map(|name| role("role", name))
            .transpose()?,
        auto_unlock: patch.auto_unlock,
        caps: BTreeMap::new(),
    };
    for (name, cap) in &patch.caps {
        let field = format!("caps.{}", name.chars().take(40).collect::<String>());
        let pool = app
            .pricing
            .policy()
            .pool(name)
            .map_err(|e| ApiError::field(&field, e.to_string()))?;
        if let Some(cap) = cap
            && *cap != 0
        {
            super::plans::amount(&field, *cap)?;
        }
        edit.caps.insert(pool.clone(), *cap);
    }
    let changed = app
        .store
        .edit_member(caller.account_id, id, &edit, app.now())
        .await?;
    changed_view(changed).map(Json)
}

fn changed_view(changed: MemberChanged) -> ApiResult<MemberView> {
    match changed {
        MemberChanged::Done(member) => Ok(member_view(member)),
        MemberChanged::NotFound => Err(ApiError::NotFound),
        MemberChanged::LastAdmin => Err(ApiError::LastAdmin),
    }
}

/// Removes a member, with its devices.
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    caller.may(&app, Permission::DeleteUser)?;
    let id = member_id(&caller, &id)?;
    let removed = app
        .store
        .remove_member(caller.account_id, id, app.now())
        .await?;
    changed_view(removed)?;
    tracing::info!(account.id = %caller.account_id, member.id = %id, "member removed");
    Ok(StatusCode::NO_CONTENT)
}

/// A one-time code for a further device of the caller's own.
pub(crate) async fn pairing_code(
    State(app): State<App>,
    caller: Caller,
) -> ApiResult<(StatusCode, Json<PairingCodeView>)> {
    let code = app
        .store
        .create_member_code(caller.account_id, Some(caller.member_id), app.now())
        .await?;
    Ok((
        StatusCode::CREATED,
        Json(PairingCodeView {
            code: code.code,
            expires_at: code.expires_at,
        }),
    ))
}
