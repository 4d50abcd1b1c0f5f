/**
 * Stands in for Wails in a browser: runs inside the page before its script, answers the bound methods from a scene,
 * keeps what the page asked for in window.asked, and lets a test send events by window.send.
 */
export function install(scene) {
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

  const lines = (q) => {
    const all = scene.lines;
    const found = all.filter((l) =>
      l.seq > q.after && (!q.before || l.seq < q.before) && (!q.source || l.source === q.source)
      && (!q.level || rank[l.level] >= rank[q.level]) && l.text.toLowerCase().includes(q.text.toLowerCase()) && (!q.pattern || matches(q.pattern, l.text)));
    const limit = q.limit || 1000;
    return {
      lines: structuredClone(q.after ? found.slice(0, limit) : found.slice(-limit)),
      first: all[0]?.seq ?? 0, last: all.at(-1)?.seq ?? 0, dropped: scene.dropped ?? 0, problem: problemOf(q.pattern),
    };
  };

  window.asked = asked;
  window.send = (name, data) => (listeners.get(name) ?? new Set()).forEach((fn) => fn(data));
  window.setScene = (next) => {
    scene = { ...scene, ...next };
    if (next.snapshot) window.send('snapshot', structuredClone(next.snapshot));
    if (next.lines) window.send('log', { first: 1, last: next.lines.at(-1)?.seq ?? 0 });
  };
  window.go = { app: {
    Account: service('Account', ['SignIn', 'SignInDemo', 'Respond', 'Cancel', 'SignOut', 'DemoUsers', 'Ways', 'SignInByBrowser', 'OpenBrowser', 'Forgot', 'Resend', 'Unlock'], {
      DemoUsers: () => scene.demoUsers, Ways: () => scene.ways ?? { window: true, browser: false },
    }),
    Instance: service('Instance', ['Start', 'Cancel', 'Stop', 'Terminate', 'KeepGoing', 'Connect']),
    LogBook: service('LogBook', ['Lines', 'Export'], { Lines: lines, Export: () => '/home/demo/avatar.log' }),
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
    Past: service('Past', ['Read'], { Read: () => later(scene.past) }),
    Operate: service('Operate', ['Overview', 'StopInstance', 'Retire', 'Resize'], {
      Overview: () => later(scene.fleet), StopInstance: () => scene.refusal ?? null, Retire: () => scene.refusal ?? null, Resize: () => scene.refusal ?? null,
    }),
    Diagnose: service('Diagnose', ['Checks', 'Report'], { Checks: () => later(scene.checks), Report: () => 'a report' }),
    Page: service('Page', ['Snapshot', 'About', 'Touch', 'Beat', 'DismissProblem', 'OpenLogs', 'Quit'], {
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
