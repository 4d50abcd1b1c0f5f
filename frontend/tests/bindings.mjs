/**
 * Stands in for Wails in a browser: runs inside the page before its script, answers the bound methods from a scene,
 * keeps what the page asked for in window.asked, and lets a test send events by window.send.
 */
export function install(scene) {
  if (scene.details) localStorage.setItem('home.details', 'yes');
  const listeners = new Map();
  const asked = [];
  const rank = { debug: 0, info: 1, warn: 2, error: 3 };

  const said = (name, answer) => (...args) => {
    asked.push([name, ...args]);
    return Promise.resolve(typeof answer === 'function' ? answer(...args) : answer);
  };
  const service = (name, methods, answers = {}) =>
    Object.fromEntries(methods.map((m) => [m, said(`${name}.${m}`, answers[m])]));

  /** An answer that a scene has not is still on its way; "broken" never comes well. */
  const later = (answer) => {
    if (answer === 'broken') return Promise.reject(new Error('broken'));
    return answer === undefined ? new Promise(() => {}) : structuredClone(answer);
  };
  const problemOf = (pattern) => {
    try {
      return RegExp(pattern) && '';
    } catch {
      return 'missing closing )';
    }
  };
  const matches = (pattern, text) => problemOf(pattern) === '' && RegExp(pattern).test(text);

  const matching = (q) => scene.lines.filter((l) =>
    (!q.source || l.source === q.source) && (!q.level || rank[l.level] >= rank[q.level])
    && (q.context || (l.text.toLowerCase().includes(q.text.toLowerCase()) && (!q.pattern || matches(q.pattern, l.text)))));
  const marked = (q, l) => {
    const at = q.text ? l.text.toLowerCase().indexOf(q.text.toLowerCase()) : -1;
    return at < 0 ? l : { ...l, marks: [at, at + q.text.length] };
  };
  const lines = (q) => {
    const all = scene.lines;
    const found = matching(q).filter((l) => l.seq > q.after && (!q.before || l.seq < q.before));
    const limit = q.limit || 1000;
    const given = (q.after || q.oldest) && !q.newest ? found.slice(0, limit) : found.slice(-limit);
    const counted = matching({ ...q, context: false });
    return {
      lines: structuredClone(given.map((l) => marked(q, l))), first: all[0]?.seq ?? 0, last: all.at(-1)?.seq ?? scene.last ?? 0,
      dropped: scene.dropped ?? 0, older: scene.older ?? 0, problem: problemOf(q.pattern), sources: [...new Set(all.map((l) => l.source))].sort(),
      matches: counted.length, before: counted.filter((l) => l.seq < given[0]?.seq).length, searching: false,
    };
  };
  const histogram = (q) => {
    const found = matching({ ...q, context: false });
    if (found.length === 0) return { from: null, step: 0, levels: [[], [], [], []] };
    const step = 5000;
    const from = Math.floor(found[0].at / step);
    const levels = Object.keys(rank).map(() => Array(Math.floor(found.at(-1).at / step) - from + 1).fill(0));
    for (const l of found) levels[rank[l.level]][Math.floor(l.at / step) - from]++;
    return { from: from * step, step, levels };
  };
  const at = (q, ms) => (matching({ ...q, context: false }).find((l) => l.at >= ms) ?? scene.lines.at(-1))?.seq ?? 0;
  const lastError = () => scene.lines.filter((l) => l.level === 'error').at(-1) ?? null;
  const clear = () => { scene = { ...scene, last: scene.lines.at(-1)?.seq, lines: [] }; };

  const nothing = { source: '', host: '', name: '', text: '', cloud: '', signIn: '', zone: '', taken: false, same: false, signed: false, problem: null };

  window.asked = asked;
  window.send = (name, data) => (listeners.get(name) ?? new Set()).forEach((fn) => fn(data));
  window.setScene = (next) => {
    scene = { ...scene, ...next };
    if (next.snapshot) window.send('snapshot', structuredClone(next.snapshot));
    if (next.lines) window.send('log', { last: next.lines.at(-1)?.seq ?? 0, error: lastError()?.seq ?? 0 });
    if (next.series) window.send('metrics');
  };
  window.go = { bridge: {
    Account: service('Account', ['SignIn', 'SignInDemo', 'Respond', 'Cancel', 'SignOut', 'DemoUsers', 'Ways', 'SignInByBrowser', 'OpenBrowser', 'Forgot', 'SignInByCode', 'Resend', 'Unlock', 'SignInAgain', 'FirstFactors', 'SignOutInBrowser'], {
      DemoUsers: () => scene.demoUsers, Ways: () => scene.ways ?? { window: true, browser: false, provider: '', byEmail: false },
      FirstFactors: () => later(scene.factors ?? { code: false, passkey: false, problem: null }), SignOutInBrowser: () => ({ problem: scene.refusal ?? null }),
    }),
    Instance: service('Instance', ['Start', 'Cancel', 'Stop', 'Terminate', 'KeepGoing', 'Connect', 'Link'], {
      Link: () => (scene.linkless ? Promise.reject(new Error('no link')) : `${scene.snapshot.url}.avatar/enter?ticket=a.b.c`),
    }),
    Guests: service('Guests', ['List', 'Invite', 'TakeBack'], {
      List: () => ({ open: structuredClone(scene.invitations ?? []), most: 4, problem: null }),
      Invite: (minutes, uses, watchOnly) => {
        if (scene.refusal) return { link: '', qr: '', invitation: { id: '', until: 0, uses: 0, watchOnly: false }, problem: scene.refusal };
        const until = minutes ? Date.now() + minutes * 60_000 : scene.snapshot.session.expireAt;
        const invitation = { id: 'a1b2c3', until, uses, watchOnly };
        scene = { ...scene, invitations: [...(scene.invitations ?? []), invitation] };
        return { link: `${scene.snapshot.url}.avatar/enter?ticket=${'eyJhbGciOiJFUzI1NiIs'.repeat(20)}`, qr: scene.enrolment.qr, invitation, problem: null };
      },
      TakeBack: (id) => {
        scene = { ...scene, invitations: scene.invitations.filter((i) => i.id !== id) };
        return { problem: null };
      },
    }),
    Settings: service('Settings', ['Read', 'Write', 'Open'], {
      Read: () => later(scene.settings),
      Write: (change) => {
        if (scene.refusal) return { ...structuredClone(scene.settings), problem: scene.refusal };
        const desktop = { theme: 'text', language: 'text', quit: 'text', notifications: 'on', startAtLogin: 'on' };
        const s = structuredClone(scene.settings);
        if (change.key in desktop) s.desktop[change.key] = change[desktop[change.key]];
        else s[change.key] = change.elapses || change.text || change.on;
        scene = { ...scene, settings: s };
        if (change.key === 'theme') window.send('settings', structuredClone(s.desktop));
        return structuredClone(s);
      },
    }),
    Profiles: service('Profiles', ['Offered', 'Open', 'Pick', 'Add', 'Restart'], {
      Offered: () => { const now = scene.offered; scene = { ...scene, offered: undefined }; return structuredClone(now ?? nothing); },
      Open: () => later(scene.offer), Pick: () => later(scene.offer), Add: () => ({ problem: scene.refusal ?? null }),
    }),
    Security: service('Security', ['Read', 'SetUp', 'Confirm', 'Remove', 'ForgetDevice', 'Passkeys', 'AddPasskey', 'PasskeyAdded', 'CancelPasskey', 'RemovePasskey'], {
      Read: () => later(scene.security), SetUp: () => later(scene.enrolment),
      Confirm: () => ({ problem: scene.refusal ?? null }), Remove: () => ({ problem: scene.refusal ?? null }), ForgetDevice: () => ({ problem: scene.refusal ?? null }),
      Passkeys: () => later(scene.passkeys), RemovePasskey: () => ({ problem: scene.refusal ?? null }),
      AddPasskey: () => ({ address: scene.refusal ? '' : 'https://studio.auth.eu-central-1.amazoncognito.com/passkeys/add?client_id=1example23456789', problem: scene.refusal ?? null }),
      PasskeyAdded: () => new Promise((done) => { window.browserDone = (problem = null) => done({ problem }); }),
    }),
    History: service('History', ['Read'], { Read: () => later(scene.past) }),
    Fleet: service('Fleet', ['Overview', 'StopInstance', 'Retire', 'Resize', 'Resume', 'Pause', 'Rollout', 'Drain'], {
      Overview: () => later(scene.fleet), StopInstance: () => ({ problem: scene.refusal ?? null }), Retire: () => ({ problem: scene.refusal ?? null }), Pause: () => ({ problem: scene.refusal ?? null }), Rollout: () => ({ problem: scene.refusal ?? null }), Drain: () => ({ problem: scene.refusal ?? null }), Resize: () => ({ problem: scene.refusal ?? null }), Resume: () => ({ problem: scene.refusal ?? null }),
    }),
    Doctor: service('Doctor', ['Checks', 'Report'], { Checks: () => later(scene.checks), Report: () => 'a report' }),
    Log: service('Log', ['Lines', 'View', 'Histogram', 'At', 'Clear', 'LastError', 'Series', 'Export'], {
      Lines: lines, View: lines, Histogram: histogram, At: at, Clear: clear, LastError: lastError,
      Series: () => structuredClone(scene.series ?? { at: [], cpu: [], gpu: [], mem: [], netOut: [], fps: [], players: [] }), Export: () => ({ path: '/home/demo/avatar.log', lines: 7 }),
    }),
    Page: service('Page', ['Snapshot', 'About', 'Touch', 'Beat', 'DismissProblem', 'OpenLogs', 'OpenDownloadPage', 'ShowCrashReport', 'Quit', 'QuitShown', 'AnswerQuit', 'Retry'], {
      Snapshot: () => (scene.snapshot ? structuredClone(scene.snapshot) : new Promise(() => {})),
      About: () => scene.about,
    }),
  } };
  window.runtime = {
    EventsOnMultiple(name, fn) {
      if (!listeners.has(name)) listeners.set(name, new Set());
      listeners.get(name).add(fn);
      return () => listeners.get(name).delete(fn);
    },
    ClipboardSetText: said('Clipboard', true),
  };
}
