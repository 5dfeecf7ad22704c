"""Discord's JSON for the records of a World. Source: the reference at discord.com/developers/docs, API version 10."""

from __future__ import annotations

from datetime import UTC, datetime

from botcore.testing.fake_discord.world import Asked, Channel, File, Json, Posted, User, World

_CHANNEL_TYPES = {"text": 0, "dm": 1, "thread": 11, "forum": 15}
_INTERACTIONS = {"slash": 2, "menu": 2, "button": 3, "modal": 5}
HasThread = 1 << 5
SEND_PERMISSIONS = str(2048 | 1024 | 65536 | (1 << 38))
"""Send and read messages, read the history, send in threads."""


def user(one: User) -> Json:
    return {
        "id": str(one.id),
        "username": one.name,
        "discriminator": "0",
        "global_name": one.name,
        "avatar": None,
        "bot": one.bot,
        "public_flags": 0,
    }


def member(world: World, one: User) -> Json:
    return {
        "roles": [str(world.roles[role]) for role in one.roles],
        "nick": None,
        "joined_at": _iso(0),
        "deaf": False,
        "mute": False,
        "flags": 0,
        "permissions": str(int(SEND_PERMISSIONS) | one.permissions),
    }


def role(role_id: int, name: str) -> Json:
    return {
        "id": str(role_id),
        "name": name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": 1,
        "permissions": SEND_PERMISSIONS,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }


def channel(one: Channel) -> Json:
    payload: Json = {
        "id": str(one.id),
        "type": _CHANNEL_TYPES[one.kind],
        "last_message_id": None,
        "flags": 0,
    }
    if one.kind == "dm":
        return {**payload, "recipients": [user(one.recipient)] if one.recipient else []}
    payload |= {"guild_id": str(one.guild), "name": one.name, "position": 0, "permission_overwrites": []}
    if one.kind == "thread":
        payload |= {
            "parent_id": str(one.parent),
            "owner_id": str(one.owner),
            "message_count": 0,
            "member_count": 1,
            "thread_metadata": {
                "archived": False,
                "auto_archive_duration": 1440,
                "archive_timestamp": _iso(0),
                "locked": False,
            },
        }
    return payload


def guild(world: World) -> Json:
    channels = [one for one in world.channels.values() if one.guild]
    return {
        "id": str(world.guild_id),
        "name": "A server",
        "owner_id": "1",
        "preferred_locale": world.locale,
        "roles": [
            role(world.guild_id, "@everyone"),
            *(role(id, name) for name, id in world.roles.items()),
        ],
        "channels": [channel(one) for one in channels if one.kind in {"text", "forum"}],
        "threads": [channel(one) for one in channels if one.kind == "thread"],
        "members": [{**member(world, world.bot), "user": user(world.bot)}],
        "member_count": len(world.users) + 1,
        "emojis": [],
        "stickers": [],
        "features": [],
        "voice_states": [],
        "presences": [],
        "large": False,
        "unavailable": False,
        "joined_at": _iso(0),
    }


def attachment(one: File, base: str) -> Json:
    url = f"{base}/attachments/{one.id}/{one.name}"
    return {
        "id": str(one.id),
        "filename": one.name,
        "size": len(one.data),
        "url": url,
        "proxy_url": url,
        "content_type": one.media_type,
    }


def message(world: World, one: Posted, base: str, *, gateway: bool = False, depth: int = 1) -> Json:
    """`gateway` adds what only events carry: the server and the author's membership."""
    payload: Json = {
        "id": str(one.id),
        "channel_id": str(one.channel.id),
        "author": user(one.author),
        "content": one.text,
        "timestamp": _iso(one.id),
        "edited_timestamp": _iso(one.id + (one.edits << 22)) if one.edits else None,
        "tts": False,
        "mention_everyone": one.everyone,
        "mentions": [user(mentioned) for mentioned in one.mentions],
        "mention_roles": [],
        "attachments": [attachment(file, base) for file in one.files],
        "embeds": [],
        "components": list(one.components),
        "pinned": False,
        "type": one.system or (19 if one.reply_to else 0),
        "flags": one.flags | (HasThread if one.id in world.channels and one.id != one.channel.id else 0),
    }
    if one.nonce:
        payload["nonce"] = one.nonce
    if gateway and one.channel.guild:
        payload |= {"guild_id": str(one.channel.guild), "member": member(world, one.author)}
    if one.reply_to:
        payload["message_reference"] = {
            "message_id": str(one.reply_to),
            "channel_id": str(one.channel.id),
            "guild_id": str(one.channel.guild) if one.channel.guild else None,
        }
        answered = world.message(one.channel.id, one.reply_to) if depth else None
        payload["referenced_message"] = message(world, answered, base, depth=0) if answered else None
    return payload


def reaction(world: World, one: Posted, by: User, emoji: str) -> Json:
    name, _, id = emoji.strip(":").partition(":")
    payload: Json = {
        "user_id": str(by.id),
        "channel_id": str(one.channel.id),
        "message_id": str(one.id),
        "emoji": {"id": id or None, "name": name},
        "burst": False,
        "type": 0,
    }
    if one.channel.guild:
        payload["guild_id"] = str(one.channel.guild)
    return payload


def interaction(world: World, one: Asked, data: Json, base: str) -> Json:
    payload: Json = {
        "id": str(one.id),
        "application_id": str(world.bot.id),
        "type": _INTERACTIONS[one.kind],
        "token": one.token,
        "version": 1,
        "data": data,
        "channel_id": str(one.channel.id),
        "channel": channel(one.channel),
        "locale": one.user.locale,
        "app_permissions": SEND_PERMISSIONS,
        "entitlements": [],
        "authorizing_integration_owners": {},
        "context": 0 if one.channel.guild else 1,
        "attachment_size_limit": 10 * 1024 * 1024,
    }
    if one.channel.guild:
        payload |= {
            "guild_id": str(one.channel.guild),
            "guild_locale": world.locale,
            "member": {**member(world, one.user), "user": user(one.user)},
        }
    else:
        payload["user"] = user(one.user)
    if one.source and one.kind == "button":
        payload["message"] = message(world, one.source, base)
    return payload


def application(world: World) -> Json:
    return {
        "id": str(world.bot.id),
        "name": world.bot.name,
        "description": "",
        "icon": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "owner": user(User(1, "owner")),
        "team": None,
        "verify_key": "0" * 64,
        "flags": 1 << 18,
    }


def _iso(snowflake: int) -> str:
    return datetime.fromtimestamp(((snowflake >> 22) + 1_420_070_400_000) / 1000, UTC).isoformat()
