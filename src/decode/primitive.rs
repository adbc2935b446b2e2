//! Values without members of their own.

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;

use super::{Decode, Unreadable};

impl Decode for Value {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        Ok(value.clone())
    }
}

impl Decode for bool {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        value.as_bool().ok_or(Unreadable("flag"))
    }
}

impl Decode for i64 {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        value.as_i64().ok_or(Unreadable("number"))
    }
}

impl Decode for u64 {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        value.as_u64().ok_or(Unreadable("number"))
    }
}

impl Decode for u32 {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        narrow(value)
    }
}

impl Decode for u16 {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        narrow(value)
    }
}

impl Decode for u8 {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        narrow(value)
    }
}

fn narrow<T: TryFrom<u64>>(value: &Value) -> Result<T, Unreadable> {
    T::try_from(u64::decode(value)?).map_err(|_| Unreadable("number"))
}

impl Decode for String {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        value.as_str().map(str::to_owned).ok_or(Unreadable("text"))
    }
}

impl Decode for Uuid {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let text = value.as_str().ok_or(Unreadable("id"))?;
        Self::try_parse(text).map_err(|_| Unreadable("id"))
    }
}

impl<T: Decode> Decode for Option<T> {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        if value.is_null() {
            return Ok(None);
        }
        T::decode(value).map(Some)
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let items = value.as_array().ok_or(Unreadable("list"))?;
        let mut list = Self::with_capacity(items.len());
        for item in items {
            list.push(T::decode(item)?);
        }
        Ok(list)
    }
}

impl Decode for BTreeMap<String, String> {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let members = value.as_object().ok_or(Unreadable("map"))?;
        let mut map = Self::new();
        for (key, value) in members {
            map.insert(key.clone(), String::decode(value)?);
        }
        Ok(map)
    }
}
