import type { backend, bridge } from '../../wailsjs/go/models';
import { duration, list, machine, pool, time } from './decode';
import type { Problem } from './model';
import type { Chronicle, Desktop, Enrolment, Guarded, Holder, Invitation, Invitations, Invited, Overview, Past, Preferences, Setting, Survey } from './model.pages';
import { THEMES } from './theme';

/** Go sends a nil pointer as null or not at all. */
export function problem(p: backend.Problem | null | undefined): Problem | null {
  return p ?? null;
}

export function desktop(d: { theme: string; language: string; notifications: boolean; startAtLogin: boolean; quit: string }): Desktop {
  return { ...d, theme: THEMES.find((t) => t === d.theme) ?? 'system', quit: d.quit === 'stop' ? 'stop' : 'ask' };
}

export function preferences(p: bridge.Preferences): Preferences {
  return {
    ...p, profiles: list(p.profiles), languages: list(p.languages), desktop: desktop(p.desktop),
    window: p.window / 1e6, warning: p.warning / 1e6, maximum: p.maximum / 1e6, keyring: problem(p.keyring), problem: problem(p.problem),
  };
}

export function guarded(g: bridge.Guarded): Guarded {
  const { authenticator, device } = g.security;
  return { authenticator, device: device === 'known' || device === 'remembered' ? device : '', problem: problem(g.problem) };
}

export function enrolment(e: bridge.Enrolment): Enrolment {
  return { secret: e.secret, qr: e.qr, problem: problem(e.problem) };
}

function invitation(i: bridge.Invitation): Invitation {
  return { ...i, until: time(i.until) ?? 0 };
}

export function invitations(i: bridge.Invitations): Invitations {
  return { open: list(i.open).map(invitation), most: i.most, problem: problem(i.problem) };
}

export function invited(i: bridge.Invited): Invited {
  return { link: i.link, qr: i.qr, invitation: invitation(i.invitation), problem: problem(i.problem) };
}

/** Go fills in what a change does not name. */
export function setting(s: Setting): bridge.Setting {
  return { text: '', on: false, ...s, elapses: 'elapses' in s ? s.elapses * 1e6 : 0 } as bridge.Setting;
}

export function chronicle(c: bridge.Chronicle): Chronicle {
  return {
    since: time(c.since) ?? 0,
    sessions: list(c.sessions).flatMap(past),
    occupancy: list(c.occupancy).flatMap((o) => {
      const at = time(o.at);
      return at === null ? [] : [{ ...o, at }];
    }),
    problem: problem(c.problem),
    partial: problem(c.partial),
  };
}

/** A record without its times is not one. */
function past(r: backend.Record): Past[] {
  const started = time(r.started);
  const ended = time(r.ended);
  return started === null || ended === null ? [] : [{ ...r, started, ended, startTook: duration(r.startTook) }];
}

function holder(s: backend.Session): Holder {
  return {
    userId: s.userId, username: s.username, instanceId: s.instanceId, phase: s.phase, domain: s.domain,
    creationTime: time(s.creationTime), expireAt: time(s.expireAt),
  };
}

function overview(o: backend.Overview): Overview {
  return {
    asOf: time(o.asOf),
    pool: pool(o.pool),
    resized: o.resized ?? null,
    machines: list(o.machines).map(machine),
    sessions: list(o.sessions).map(holder),
    leases: list(o.leases).map((l) => ({ ...l, duration: duration(l.duration) })),
    queue: list(o.queue).map((t) => ({ ...t, since: time(t.since) })),
    schedules: list(o.schedules).map((s) => ({ ...s, at: time(s.at) })),
    audit: list(o.audit).map((e) => ({ ...e, at: time(e.at) })),
  };
}

export function survey(s: bridge.Survey): Survey {
  return { overview: s.overview ? overview(s.overview) : null, problem: problem(s.problem) };
}
