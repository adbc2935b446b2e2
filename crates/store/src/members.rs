//! Members: who acts in an account, in which role, with which devices and caps.

use std::collections::BTreeMap;

use lode_core::api::{MilliCredits, UnixMillis};
use lode_ledger::policy::Role;
use lode_ledger::{MemberId, OperationId, Pool};
use uuid::Uuid;

use crate::accounts::LockedAccount;
use crate::devices::PairingCode;
use crate::error::{Result, StoreError};
use crate::pricing::{Pricing, ledger};
use crate::secret;
use crate::sql::{Row, Tx, sql};
use crate::{Store, credits};

/// How long an invitation is good for, in milliseconds.
pub const INVITATION_LIFETIME_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// A member of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its id; in ledger entries too.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Its wish to unlock premium data with each capture.
    pub auto_unlock: bool,
    /// The most that it may spend of a pool in a period.
    pub caps: BTreeMap<Pool, MilliCredits>,
    /// What it has spent or put on hold in this period.
    pub used: BTreeMap<Pool, MilliCredits>,
    /// Since when it is there.
    pub created_at: UnixMillis,
}

/// An invitation that nobody has taken yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: Uuid,
    /// Name of whoever is invited.
    pub name: String,
    /// The role that they will have.
    pub role: Role,
    /// When it stops being good.
    pub expires_at: UnixMillis,
}

/// The answer to an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invited {
    /// The code is to be handed over; it is shown once.
    Done(Invitation, PairingCode),
    /// The plan has no room for another member.
    NoRoom {
        /// Most members that the plan allows.
        most: u32,
    },
}

/// The answer to a change of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberChanged {
    /// This is how it stands now.
    Done(Member),
    /// There is no such member.
    NotFound,
    /// It is the account's last admin: somebody has to be.
    LastAdmin,
}

/// A change of a member; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemberEdit {
    /// Another name.
    pub name: Option<String>,
    /// Another role.
    pub role: Option<Role>,
    /// The member's own setting.
    pub auto_unlock: Option<bool>,
    /// Caps by pool; `None` lifts one.
    pub caps: BTreeMap<Pool, Option<MilliCredits>>,
}

/// A member at work within a transaction.
#[derive(Debug, Clone)]
pub(crate) struct ActingMember {
    pub(crate) id: Uuid,
    pub(crate) auto_unlock: bool,
}

impl ActingMember {
    pub(crate) fn ledger_id(&self) -> Result<MemberId> {
        ledger_id(self.id)
    }
}

/// A member as the ledger knows it.
pub(crate) fn ledger_id(id: Uuid) -> Result<MemberId> {
    MemberId::new(id.to_string()).map_err(ledger)
}

/// A role's name, in the database and on the wire.
#[must_use]
pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::Admin => "admin",
        Role::User => "user",
    }
}

/// A role by its name.
#[must_use]
pub fn role_by_name(name: &str) -> Option<Role> {
    [Role::Admin, Role::User]
        .into_iter()
        .find(|role| role_name(*role) == name)
}

/// A role in a column.
pub(crate) fn role_of(row: &Row) -> Result<Role> {
    role_by_name(&row.text("role")?).ok_or_else(|| StoreError::Corrupt("a role".to_owned()))
}

/// The member whose device it is.
pub(crate) async fn of_device(tx: &mut Tx, device_id: Uuid) -> Result<Option<ActingMember>> {
    tx.optional(
        sql(
            "SELECT m.id, m.auto_unlock FROM devices d JOIN members m ON m.id = d.member_id
             WHERE d.id = $1",
        )
        .bind(device_id),
    )
    .await?
    .map(|row| {
        Ok(ActingMember {
            id: row.uuid("id")?,
            auto_unlock: row.int("auto_unlock")? != 0,
        })
    })
    .transpose()
}

/// Whether a member wants premium data unlocked with each capture.
pub(crate) async fn wants_auto_unlock(tx: &mut Tx, id: Uuid) -> Result<bool> {
    let row = tx
        .one(sql("SELECT auto_unlock FROM members WHERE id = $1").bind(id))
        .await?;
    Ok(row.int("auto_unlock")? != 0)
}

/// The account's first admin: whose devices the operator pairs.
pub(crate) async fn owner(tx: &mut Tx, account_id: Uuid) -> Result<Uuid> {
    tx.one(
        sql("SELECT id FROM members
             WHERE account_id = $1 AND role = 'admin' AND left_at IS NULL
             ORDER BY created_at, id LIMIT 1")
        .bind(account_id),
    )
    .await?
    .uuid("id")
}

/// Adds a member, with a seat and what the plan grants for it.
pub(crate) async fn insert(
    tx: &mut Tx,
    account: &mut LockedAccount,
    id: Uuid,
    name: &str,
    role: Role,
    now: UnixMillis,
) -> Result<()> {
    tx.execute(
        sql(
            "INSERT INTO members (id, account_id, name, role, auto_unlock, created_at)
             VALUES ($1, $2, $3, $4, 0, $5)",
        )
        .bind(id)
        .bind(account.id)
        .bind(name)
        .bind(role_name(role))
        .bind(now),
    )
    .await?;
    seat(tx, account, id, now).await
}

/// Gives a member a seat, where it has none.
async fn seat(tx: &mut Tx, account: &mut LockedAccount, id: Uuid, now: UnixMillis) -> Result<()> {
    let operation = OperationId::new(format!("seat:{id}")).map_err(ledger)?;
    let member = ledger_id(id)?;
    credits::run(tx, account, Some(&operation), now, |state| {
        state.join(&operation, &member, now)
    })
    .await?;
    Ok(())
}

/// Seats whoever was there before there were seats.
pub(crate) async fn seat_all(
    tx: &mut Tx,
    account: &mut LockedAccount,
    now: UnixMillis,
) -> Result<()> {
    for row in active(tx, account.id).await? {
        let id = row.uuid("id")?;
        let seated = account
            .header
            .members
            .get(&ledger_id(id)?)
            .is_some_and(|member| member.seat_since.is_some());
        if !seated {
            seat(tx, account, id, now).await?;
        }
    }
    Ok(())
}

async fn active(tx: &mut Tx, account_id: Uuid) -> Result<Vec<Row>> {
    tx.all(
        sql(
            "SELECT * FROM members WHERE account_id = $1 AND left_at IS NULL
             ORDER BY created_at, id",
        )
        .bind(account_id),
    )
    .await
}

fn read(row: &Row, account: &lode_ledger::AccountHeader) -> Result<Member> {
    let id = row.uuid("id")?;
    let in_ledger = account.members.get(&ledger_id(id)?);
    Ok(Member {
        id,
        name: row.text("name")?,
        role: role_of(row)?,
        auto_unlock: row.int("auto_unlock")? != 0,
        caps: in_ledger.map(|m| m.caps.clone()).unwrap_or_default(),
        used: in_ledger.map(|m| m.used.clone()).unwrap_or_default(),
        created_at: row.int("created_at")?,
    })
}

/// How many more members the plan has room for; `Ok` where there is room.
async fn room(
    tx: &mut Tx,
    account: &LockedAccount,
    pricing: &Pricing,
    now: UnixMillis,
    open_invitations: bool,
) -> Result<std::result::Result<(), u32>> {
    let Some(most) = account
        .header
        .subscription
        .as_ref()
        .and_then(|subscription| pricing.policy().plan(&subscription.terms.plan).ok())
        .and_then(|plan| plan.members_max)
    else {
        return Ok(Ok(()));
    };
    let mut there = active(tx, account.id).await?.len();
    if open_invitations {
        there = there.saturating_add(invitations(tx, account.id, now).await?.len());
    }
    Ok(if there < usize::try_from(most).unwrap_or(usize::MAX) {
        Ok(())
    } else {
        Err(most)
    })
}

async fn invitations(tx: &mut Tx, account_id: Uuid, now: UnixMillis) -> Result<Vec<Invitation>> {
    tx.all(
        sql("SELECT id, name, role, expires_at FROM invitations
             WHERE account_id = $1 AND expires_at > $2 ORDER BY created_at, id")
        .bind(account_id)
        .bind(now),
    )
    .await?
    .iter()
    .map(|row| {
        Ok(Invitation {
            id: row.uuid("id")?,
            name: row.text("name")?,
            role: role_of(row)?,
            expires_at: row.int("expires_at")?,
        })
    })
    .collect()
}

/// Takes an invitation by its code: makes the member, where the plan still has room. The
/// member and its account.
pub(crate) async fn take_invitation(
    tx: &mut Tx,
    code: &secret::Hash,
    pricing: &Pricing,
    now: UnixMillis,
) -> Result<Option<(Uuid, Uuid)>> {
    // Deleting is taking: two requests with one code cannot both see the row.
    let Some(row) = tx
        .optional(
            sql(
                "DELETE FROM invitations WHERE code_hash = $1 AND expires_at > $2
                 RETURNING account_id, name, role",
            )
            .bind(code.as_slice())
            .bind(now),
        )
        .await?
    else {
        return Ok(None);
    };
    let account_id = row.uuid("account_id")?;
    let mut account = LockedAccount::lock(tx, account_id).await?;
    if let Err(most) = room(tx, &account, pricing, now, false).await? {
        return Err(StoreError::Refused(format!(
            "the plan has room for {most} members"
        )));
    }
    let id = Uuid::now_v7();
    let role = role_of(&row)?;
    insert(tx, &mut account, id, &row.text("name")?, role, now).await?;
    account.save(tx).await?;
    Ok(Some((account_id, id)))
}

impl Store {
    /// The members of an account, oldest first, and its open invitations.
    ///
    /// # Errors
    /// The database.
    pub async fn members(
        &self,
        account_id: Uuid,
        now: UnixMillis,
    ) -> Result<(Vec<Member>, Vec<Invitation>)> {
        let mut tx = self.db.read().await?;
        let header = crate::accounts::read_header(&mut tx, account_id).await?;
        let members = active(&mut tx, account_id)
            .await?
            .iter()
            .map(|row| read(row, &header))
            .collect::<Result<Vec<_>>>()?;
        Ok((members, invitations(&mut tx, account_id, now).await?))
    }

    /// Invites somebody, where the plan has room: members and open invitations count.
    ///
    /// # Errors
    /// The database.
    pub async fn invite(
        &self,
        account_id: Uuid,
        name: &str,
        role: Role,
        pricing: &Pricing,
        now: UnixMillis,
    ) -> Result<Invited> {
        let mut tx = self.db.write().await?;
        let account = LockedAccount::lock(&mut tx, account_id).await?;
        tx.execute(sql("DELETE FROM invitations WHERE expires_at <= $1").bind(now))
            .await?;
        if let Err(most) = room(&mut tx, &account, pricing, now, true).await? {
            return Ok(Invited::NoRoom { most });
        }
        let code = secret::new_code();
        let normal = secret::normalise_code(&code).unwrap_or_default();
        let invitation = Invitation {
            id: Uuid::now_v7(),
            name: name.to_owned(),
            role,
            expires_at: now.saturating_add(INVITATION_LIFETIME_MS),
        };
        tx.execute(
            sql("INSERT INTO invitations
                 (id, account_id, name, role, code_hash, created_at, expires_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)")
            .bind(invitation.id)
            .bind(account_id)
            .bind(name)
            .bind(role_name(role))
            .bind(secret::hash(normal.as_bytes()).as_slice())
            .bind(now)
            .bind(invitation.expires_at),
        )
        .await?;
        account.save(&mut tx).await?;
        tx.commit().await?;
        let expires_at = invitation.expires_at;
        Ok(Invited::Done(invitation, PairingCode { code, expires_at }))
    }

    /// Takes an invitation back. Whether there was one.
    ///
    /// # Errors
    /// The database.
    pub async fn delete_invitation(&self, account_id: Uuid, id: Uuid) -> Result<bool> {
        let mut tx = self.db.write().await?;
        let deleted = tx
            .execute(
                sql("DELETE FROM invitations WHERE account_id = $1 AND id = $2")
                    .bind(account_id)
                    .bind(id),
            )
            .await?;
        tx.commit().await?;
        Ok(deleted > 0)
    }

    /// Changes a member.
    ///
    /// # Errors
    /// The database, or a cap below 0.
    pub async fn edit_member(
        &self,
        account_id: Uuid,
        id: Uuid,
        edit: &MemberEdit,
        now: UnixMillis,
    ) -> Result<MemberChanged> {
        let mut tx = self.db.write().await?;
        let mut account = LockedAccount::lock(&mut tx, account_id).await?;
        let Some(row) = one(&mut tx, account_id, id).await? else {
            return Ok(MemberChanged::NotFound);
        };
        let mut member = read(&row, &account.header)?;
        if edit.role == Some(Role::User) && is_last_admin(&mut tx, account_id, &member).await? {
            return Ok(MemberChanged::LastAdmin);
        }
        if let Some(name) = &edit.name {
            member.name.clone_from(name);
        }
        member.role = edit.role.unwrap_or(member.role);
        member.auto_unlock = edit.auto_unlock.unwrap_or(member.auto_unlock);
        tx.execute(
            sql("UPDATE members SET name = $2, role = $3, auto_unlock = $4 WHERE id = $1")
                .bind(id)
                .bind(member.name.as_str())
                .bind(role_name(member.role))
                .bind(i64::from(member.auto_unlock)),
        )
        .await?;
        let in_ledger = ledger_id(id)?;
        for (pool, cap) in &edit.caps {
            credits::run(&mut tx, &mut account, None, now, |state| {
                state.set_cap(&in_ledger, pool, *cap, now)
            })
            .await?;
        }
        let member = read(
            &one(&mut tx, account_id, id)
                .await?
                .ok_or_else(|| StoreError::Corrupt("a member is missing".to_owned()))?,
            &account.header,
        )?;
        account.save(&mut tx).await?;
        tx.commit().await?;
        Ok(MemberChanged::Done(member))
    }

    /// Removes a member: its seat is given up, its devices are revoked.
    ///
    /// # Errors
    /// The database.
    pub async fn remove_member(
        &self,
        account_id: Uuid,
        id: Uuid,
        now: UnixMillis,
    ) -> Result<MemberChanged> {
        let mut tx = self.db.write().await?;
        let mut account = LockedAccount::lock(&mut tx, account_id).await?;
        let Some(row) = one(&mut tx, account_id, id).await? else {
            return Ok(MemberChanged::NotFound);
        };
        let member = read(&row, &account.header)?;
        if is_last_admin(&mut tx, account_id, &member).await? {
            return Ok(MemberChanged::LastAdmin);
        }
        for statement in [
            "UPDATE members SET left_at = $2 WHERE id = $1",
            "UPDATE devices SET revoked_at = $2 WHERE member_id = $1 AND revoked_at IS NULL",
        ] {
            tx.execute(sql(statement).bind(id).bind(now)).await?;
        }
        tx.execute(sql("DELETE FROM pairing_codes WHERE member_id = $1").bind(id))
            .await?;
        let operation = OperationId::new(format!("leave:{id}")).map_err(ledger)?;
        let in_ledger = ledger_id(id)?;
        credits::run(&mut tx, &mut account, Some(&operation), now, |state| {
            state.leave(&operation, &in_ledger, now)
        })
        .await?;
        account.save(&mut tx).await?;
        tx.commit().await?;
        Ok(MemberChanged::Done(member))
    }
}

async fn one(tx: &mut Tx, account_id: Uuid, id: Uuid) -> Result<Option<Row>> {
    tx.optional(
        sql("SELECT * FROM members WHERE account_id = $1 AND id = $2 AND left_at IS NULL")
            .bind(account_id)
            .bind(id),
    )
    .await
}

async fn is_last_admin(tx: &mut Tx, account_id: Uuid, member: &Member) -> Result<bool> {
    if member.role != Role::Admin {
        return Ok(false);
    }
    let admins = tx
        .one(
            sql("SELECT COUNT(*) AS admins FROM members
                 WHERE account_id = $1 AND role = 'admin' AND left_at IS NULL")
            .bind(account_id),
        )
        .await?
        .int("admins")?;
    Ok(admins <= 1)
}
