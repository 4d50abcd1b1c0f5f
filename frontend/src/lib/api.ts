/** The only module that calls Wails. Every call asks and returns at once; what comes of it arrives as a snapshot. */
import * as Account from '../../wailsjs/go/bridge/Account';
import * as Doctor from '../../wailsjs/go/bridge/Doctor';
import * as Guests from '../../wailsjs/go/bridge/Guests';
import * as Instance from '../../wailsjs/go/bridge/Instance';
import * as Log from '../../wailsjs/go/bridge/Log';
import * as Fleet from '../../wailsjs/go/bridge/Fleet';
import * as Page from '../../wailsjs/go/bridge/Page';
import * as History from '../../wailsjs/go/bridge/History';
import * as Profiles from '../../wailsjs/go/bridge/Profiles';
import * as Security from '../../wailsjs/go/bridge/Security';
import * as Settings from '../../wailsjs/go/bridge/Settings';
import type { bridge } from '../../wailsjs/go/models';
import { ClipboardSetText, EventsOn } from '../../wailsjs/runtime/runtime';
import type { About, Check, HistoryResult, Desktop, Enrolment, FirstFactors, SecurityResult, Histogram, Invitations, Invited, Line, LogPage, Offer, PasskeyList, PasskeyPage, Preferences, Problem, Query, QuitQuestion, Sent, Series, Setting, Snapshot, FleetResult, Ways } from './types';

/** Logs what a call that answers nothing failed with; a wish's own trouble arrives in a snapshot. */
function ask(call: Promise<void>): void {
  call.catch((reason: unknown) => console.error(reason));
}

/** An answer as it has come, see Sent. */
function sent<T>(call: Promise<T>): Promise<Sent<T>> {
  return call as Promise<unknown> as Promise<Sent<T>>;
}

/** Why a change was not made, null if it was. */
async function outcome(call: Promise<bridge.Outcome>): Promise<Problem | null> {
  return (await sent(call)).problem;
}

export const account = {
  demoUsers: (): Promise<string[]> => Account.DemoUsers(),
  signIn: (username: string, password: string): void => ask(Account.SignIn(username, password)),
  signInDemo: (username: string): void => ask(Account.SignInDemo(username)),
  signInByCode: (username: string): void => ask(Account.SignInByCode(username)),
  ways: (): Promise<Ways> => sent(Account.Ways()),
  /** The name is typed ahead in the browser. */
  signInByBrowser: (username = ''): void => ask(Account.SignInByBrowser(username)),
  firstFactors: (username: string): Promise<FirstFactors> => sent(Account.FirstFactors(username)),
  /** Signs the browser out of the sign-in pages; answers why that was not done, null where it was. */
  signOutInBrowser: (): Promise<Problem | null> => outcome(Account.SignOutInBrowser()),
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
  list: (): Promise<Invitations> => sent(Guests.List()),
  /** Makes a link for some minutes, or until the session's end for 0. */
  invite: (minutes: number, uses: number, watchOnly: boolean): Promise<Invited> => sent(Guests.Invite(minutes, uses, watchOnly)),
  /** Ends a link; answers why that was not done, null where it was. */
  takeBack: (id: string): Promise<Problem | null> => outcome(Guests.TakeBack(id)),
};

export const logBook = {
  lines: (q: Query): Promise<LogPage> => sent(Log.Lines(q)),
  /** Like lines, and says how many match in all; a search that is still under way is heard of by onFound. */
  view: (q: Query): Promise<LogPage> => sent(Log.View(q)),
  histogram: (q: Query, most: number): Promise<Histogram> => sent(Log.Histogram(q, most)),
  /** The number of the first line that matches at a time (milliseconds since 1970) or later; 0 if none matches. */
  at: (q: Query, ms: number): Promise<number> => Log.At(q, Math.round(ms)),
  clear: (): void => ask(Log.Clear()),
  /** The newest error of the session. */
  lastError: (): Promise<Line | null> => sent(Log.LastError()),
  /** The metrics of the last seconds, 0 for all of the session. */
  series: (last: number, points: number): Promise<Series> => sent(Log.Series(last, points)),
  /** Writes what matches to a file that the user picks, and answers its path, "" if none was picked, and how many lines. */
  export: (q: Query): Promise<{ path: string; lines: number }> => Log.Export(q),
  /** Calls fn whenever the log has grown, until the returned function is called; error numbers the newest error. */
  onGrowth: (fn: (grown: { last: number; error: number }) => void): (() => void) => EventsOn('log', fn),
  onFound: (fn: () => void): (() => void) => EventsOn('found', fn),
  onMetrics: (fn: () => void): (() => void) => EventsOn('metrics', fn),
};

export const past = {
  /** What happened in the last days. */
  read: (days: number): Promise<HistoryResult> => sent(History.Read(days)),
};

/** Each change answers why it was not made, null where it was. */
export const operate = {
  overview: (): Promise<FleetResult> => sent(Fleet.Overview()),
  stop: (instanceId: string, reason: string): Promise<Problem | null> => outcome(Fleet.StopInstance(instanceId, reason)),
  retire: (instanceId: string, reason: string): Promise<Problem | null> => outcome(Fleet.Retire(instanceId, reason)),
  /** Sets the pool's size for all; null gives it back to the profiles. */
  resize: (sizes: { stopped: number; hot: number } | null, reason: string): Promise<Problem | null> => outcome(Fleet.Resize(sizes?.stopped ?? -1, sizes?.hot ?? 0, reason)),
  /** Lets nobody have an instance any more; it goes when its session is over. */
  drain: (instanceId: string, reason: string): Promise<Problem | null> => outcome(Fleet.Drain(instanceId, reason)),
  /** Rolls a launch template version out, the latest if it is empty. */
  rollout: (version: string, reason: string): Promise<Problem | null> => outcome(Fleet.Rollout(version, reason)),
  pause: (reason: string): Promise<Problem | null> => outcome(Fleet.Pause(reason)),
  /** Lets a paused rollout go on, and the pool launch instances again after failures held it back. */
  resume: (reason: string): Promise<Problem | null> => outcome(Fleet.Resume(reason)),
};

export const settings = {
  read: (): Promise<Preferences> => sent(Settings.Read()),
  write: (s: Setting): Promise<Preferences> => sent(Settings.Write(s as bridge.Setting)),
  open: (): void => ask(Settings.Open()),
  onChange: (fn: (d: Desktop) => void): (() => void) => EventsOn('settings', fn),
};

/** Profiles that somebody hands over. */
export const profiles = {
  /** What the system opened the launcher for since the last call. */
  offered: (): Promise<Offer> => sent(Profiles.Offered()),
  open: (source: string): Promise<Offer> => sent(Profiles.Open(source)),
  pick: (): Promise<Offer> => sent(Profiles.Pick()),
  /** Adds what was shown; answers why that was not done, null where it was. */
  add: (name: string): Promise<Problem | null> => outcome(Profiles.Add(name)),
  restart: (): void => ask(Profiles.Restart()),
  onOffer: (fn: () => void): (() => void) => EventsOn('offer', fn),
};

/** The user's own account. Each change answers why it was not made, null where it was. */
export const security = {
  read: (): Promise<SecurityResult> => sent(Security.Read()),
  setUp: (): Promise<Enrolment> => sent(Security.SetUp()),
  confirm: (code: string): Promise<Problem | null> => outcome(Security.Confirm(code)),
  remove: (): Promise<Problem | null> => outcome(Security.Remove()),
  forgetDevice: (): Promise<Problem | null> => outcome(Security.ForgetDevice()),
  passkeys: (): Promise<PasskeyList> => sent(Security.Passkeys()),
  /** Sends the browser to the page that makes a passkey; passkeyAdded waits for what comes of it. */
  addPasskey: (): Promise<PasskeyPage> => sent(Security.AddPasskey()),
  passkeyAdded: (): Promise<Problem | null> => outcome(Security.PasskeyAdded()),
  cancelPasskey: (): void => ask(Security.CancelPasskey()),
  removePasskey: (id: string): Promise<Problem | null> => outcome(Security.RemovePasskey(id)),
};

export const diagnose = {
  checks: (): Promise<readonly Check[]> => sent(Doctor.Checks()),
  report: (): Promise<string> => Doctor.Report(),
};

export const page = {
  snapshot: (): Promise<Snapshot> => sent(Page.Snapshot()),
  onSnapshot: (fn: (s: Snapshot) => void): (() => void) => EventsOn('snapshot', fn),
  about: (): Promise<About> => sent(Page.About()),
  touch: (): void => ask(Page.Touch()),
  beat: (): void => ask(Page.Beat()),
  dismissProblem: (): void => ask(Page.DismissProblem()),
  openLogs: (): void => ask(Page.OpenLogs()),
  /** Opens the report of what ended the launcher last time. */
  showCrashReport: (): void => ask(Page.ShowCrashReport()),
  /** Opens the page of a newer release in the system's browser. */
  openDownloadPage: (): void => ask(Page.OpenDownloadPage()),
  quit: (): void => ask(Page.Quit()),
  /** Asks the cloud again at once for what could not be reached. */
  retry: (): void => ask(Page.Retry()),
  /** Hears the question before quitting; quitShown says that it is shown, and answers it once. */
  onQuit: (fn: (q: QuitQuestion) => void): (() => void) => EventsOn('quit', fn),
  quitShown: (): void => ask(Page.QuitShown()),
  answerQuit: (answer: '' | 'tray' | 'quit'): void => ask(Page.AnswerQuit(answer)),
  /** Copies by the window's host: the browser's own clipboard needs an origin that the window does not have everywhere. */
  copy: (text: string): Promise<boolean> => ClipboardSetText(text),
};
