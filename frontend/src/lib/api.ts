/**
 * The only module that knows Wails. Every call asks and returns at once; what comes of it arrives as a snapshot. Types
 * of the generated code stay in here and in decode.ts.
 */
import * as Account from '../../wailsjs/go/bridge/Account';
import * as Diagnose from '../../wailsjs/go/bridge/Diagnose';
import * as Guests from '../../wailsjs/go/bridge/Guests';
import * as Instance from '../../wailsjs/go/bridge/Instance';
import * as LogBook from '../../wailsjs/go/bridge/LogBook';
import * as Operate from '../../wailsjs/go/bridge/Operate';
import * as Page from '../../wailsjs/go/bridge/Page';
import * as Past from '../../wailsjs/go/bridge/Past';
import * as Security from '../../wailsjs/go/bridge/Security';
import * as Settings from '../../wailsjs/go/bridge/Settings';
import type { backend, logs } from '../../wailsjs/go/models';
import { ClipboardSetText, EventsOn } from '../../wailsjs/runtime/runtime';
import * as decode from './decode';
import * as pages from './decode.pages';
import type { About, Histogram, Line, LogPage, Problem, Query, Series, Snapshot, Ways } from './model';
import type { Check, Chronicle, Desktop, Enrolment, Guarded, Invitations, Invited, Preferences, Setting, Survey } from './model.pages';

/** Logs what a call that answers nothing failed with; a wish's own trouble arrives in a snapshot. */
function ask(call: Promise<void>): void {
  call.catch((reason: unknown) => console.error(reason));
}

/** Go takes a field that is not there for its zero value: the page never asks by time. */
function query(q: Query): logs.Query {
  return { ...q } as logs.Query;
}

export const account = {
  demoUsers: async (): Promise<string[]> => (await Account.DemoUsers()) ?? [],
  signIn: (username: string, password: string): void => ask(Account.SignIn(username, password)),
  signInDemo: (username: string): void => ask(Account.SignInDemo(username)),
  ways: (): Promise<Ways> => Account.Ways(),
  signInByBrowser: (): void => ask(Account.SignInByBrowser()),
  openBrowser: (): void => ask(Account.OpenBrowser()),
  forgot: (username: string): void => ask(Account.Forgot(username)),
  resend: (): void => ask(Account.Resend()),
  unlock: (): void => ask(Account.Unlock()),
  signInAgain: (): void => ask(Account.SignInAgain()),
  respond: (answer: string): void => ask(Account.Respond(answer)),
  cancel: (): void => ask(Account.Cancel()),
  signOut: (): void => ask(Account.SignOut()),
};

export const instance = {
  start: (): void => ask(Instance.Start()),
  cancel: (): void => ask(Instance.Cancel()),
  stop: (): void => ask(Instance.Stop()),
  terminate: (): void => ask(Instance.Terminate()),
  keepGoing: (): void => ask(Instance.KeepGoing()),
  connect: (): void => ask(Instance.Connect()),
  /** An address that opens the avatar once, within a minute. */
  link: (): Promise<string> => Instance.Link(),
};

/** The links by which guests open the avatar. */
export const guests = {
  list: async (): Promise<Invitations> => pages.invitations(await Guests.List()),
  /** Makes a link for some minutes, or until the session's end for 0. */
  invite: async (minutes: number, uses: number, watchOnly: boolean): Promise<Invited> => pages.invited(await Guests.Invite(minutes, uses, watchOnly)),
  /** Ends a link; answers why that was not done, null where it was. */
  takeBack: async (id: string): Promise<Problem | null> => pages.problem((await Guests.TakeBack(id)).problem),
};

export const logBook = {
  lines: async (q: Query): Promise<LogPage> => decode.logPage(await LogBook.Lines(query(q))),
  /** Like lines, and says how many match in all; a search that is still under way is heard of by onFound. */
  view: async (q: Query): Promise<LogPage> => decode.logPage(await LogBook.View(query(q))),
  histogram: async (q: Query, most: number): Promise<Histogram> => decode.histogram(await LogBook.Histogram(query(q), most)),
  /** The number of the first line that matches at a time (milliseconds since 1970) or later; 0 if none matches. */
  at: (q: Query, ms: number): Promise<number> => LogBook.At(query(q), Math.round(ms)),
  clear: (): void => ask(LogBook.Clear()),
  /** The newest error of the session. */
  lastError: async (): Promise<Line | null> => {
    const l = await LogBook.LastError();
    return l ? decode.line(l) : null;
  },
  /** The metrics of the last seconds, 0 for all of the session. */
  series: async (last: number, points: number): Promise<Series> => decode.series(await LogBook.Series(last, points)),
  /** Writes what matches to a file that the user picks, and answers its path, "" if none was picked, and how many lines. */
  export: (q: Query): Promise<{ path: string; lines: number }> => LogBook.Export(query(q)),
  /** Calls fn whenever the log has grown, until the returned function is called; error numbers the newest error. */
  onGrowth: (fn: (grown: { last: number; error: number }) => void): (() => void) => EventsOn('log', fn),
  onFound: (fn: () => void): (() => void) => EventsOn('found', fn),
  onMetrics: (fn: () => void): (() => void) => EventsOn('metrics', fn),
};

export const past = {
  /** What happened in the last days. */
  read: async (days: number): Promise<Chronicle> => pages.chronicle(await Past.Read(days)),
};

/** Each change answers why it was not made, null where it was. */
export const operate = {
  overview: async (): Promise<Survey> => pages.survey(await Operate.Overview()),
  stop: async (instanceId: string, reason: string): Promise<Problem | null> => pages.problem((await Operate.StopInstance(instanceId, reason)).problem),
  retire: async (instanceId: string, reason: string): Promise<Problem | null> => pages.problem((await Operate.Retire(instanceId, reason)).problem),
  /** Sets the pool's size for all; null gives it back to the profiles. */
  resize: async (size: number | null, reason: string): Promise<Problem | null> => pages.problem((await Operate.Resize(size ?? -1, reason)).problem),
  /** Lets the pool launch instances again after failures held it back. */
  resume: async (reason: string): Promise<Problem | null> => pages.problem((await Operate.Resume(reason)).problem),
};

export const settings = {
  read: async (): Promise<Preferences> => pages.preferences(await Settings.Read()),
  write: async (s: Setting): Promise<Preferences> => pages.preferences(await Settings.Write(pages.setting(s))),
  open: (): void => ask(Settings.Open()),
  onChange: (fn: (d: Desktop) => void): (() => void) =>
    EventsOn('settings', (d: Parameters<typeof pages.desktop>[0]) => fn(pages.desktop(d))),
};

/** The user's own account. Each change answers why it was not made, null where it was. */
export const security = {
  read: async (): Promise<Guarded> => pages.guarded(await Security.Read()),
  setUp: async (): Promise<Enrolment> => pages.enrolment(await Security.SetUp()),
  confirm: async (code: string): Promise<Problem | null> => pages.problem((await Security.Confirm(code)).problem),
  remove: async (): Promise<Problem | null> => pages.problem((await Security.Remove()).problem),
  forgetDevice: async (): Promise<Problem | null> => pages.problem((await Security.ForgetDevice()).problem),
};

export const diagnose = {
  checks: async (): Promise<Check[]> => (await Diagnose.Checks()) ?? [],
  report: (): Promise<string> => Diagnose.Report(),
};

export const page = {
  snapshot: async (): Promise<Snapshot> => decode.snapshot(await Page.Snapshot()),
  onSnapshot: (fn: (s: Snapshot) => void): (() => void) =>
    EventsOn('snapshot', (s: backend.Snapshot) => fn(decode.snapshot(s))),
  about: (): Promise<About> => Page.About(),
  touch: (): void => ask(Page.Touch()),
  beat: (): void => ask(Page.Beat()),
  dismissProblem: (): void => ask(Page.DismissProblem()),
  openLogs: (): void => ask(Page.OpenLogs()),
  quit: (): void => ask(Page.Quit()),
  /** Copies by the window's host: the browser's own clipboard needs an origin that the window does not have everywhere. */
  copy: (text: string): Promise<boolean> => ClipboardSetText(text),
};
