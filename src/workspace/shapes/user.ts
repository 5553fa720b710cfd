import type { Json } from '../json.ts';
import type { Person } from '../state/people.ts';
import type { World } from '../world.ts';

/** A person as users.info answers; the email only with the scope for it. */
export function userShape(person: Person, { app }: World): Json {
  const { id, name, realName, email, standing, teamId, timeZone } = person;
  return {
    id,
    team_id: teamId,
    name,
    deleted: standing === 'deactivated',
    color: '4bbe2e',
    real_name: realName,
    tz: timeZone,
    tz_label: timeZone,
    tz_offset: offsetSeconds(timeZone),
    profile: {
      real_name: realName,
      real_name_normalized: realName,
      display_name: name,
      display_name_normalized: name,
      ...(app.scopes.has('users:read.email') && { email }),
      team: teamId,
    },
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: standing === 'guest',
    is_ultra_restricted: false,
    ...(standing === 'stranger' && { is_stranger: true }),
    is_bot: false,
    is_app_user: false,
    updated: 0,
    is_email_confirmed: true,
  };
}

/** The app's own user. */
export function botUserShape({ identity, app }: World): Json {
  return {
    id: identity.botUserId,
    team_id: identity.teamId,
    name: identity.botName,
    deleted: false,
    real_name: app.displayName,
    tz: 'UTC',
    tz_label: 'UTC',
    tz_offset: 0,
    profile: {
      real_name: app.displayName,
      display_name: app.displayName,
      api_app_id: identity.appId,
      bot_id: identity.botId,
      always_active: true,
      team: identity.teamId,
    },
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: false,
    is_ultra_restricted: false,
    is_bot: true,
    is_app_user: false,
    updated: 0,
  };
}

function offsetSeconds(timeZone: string): number {
  const name = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' })
    .formatToParts(new Date())
    .find((part) => part.type === 'timeZoneName')?.value;
  const [, sign, hours, minutes] = name?.match(/GMT([+-])(\d{2}):(\d{2})/) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60);
}
