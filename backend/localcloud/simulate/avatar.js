"use strict";
(() => {
  const { name, instance, zone } = document.body.dataset;
  const $ = (id) => document.getElementById(id);
  const canvas = $("stage"), ctx = canvas.getContext("2d");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const TAU = Math.PI * 2;
  const clamp = (x, a, b) => Math.min(b, Math.max(a, x));
  const mix = (a, b, t) => a + (b - a) * t;

  // ---- what it says -----------------------------------------------------------------------------------------
  const hour = new Date().getHours();
  const greeting = hour < 12 ? "Good morning" : hour < 18 ? "Good afternoon" : "Good evening";
  const lines = [
    `${greeting}${name ? `, ${name}` : ""}. I am your avatar, and I am awake.`,
    `I live on instance ${instance}${zone ? `, in ${zone}` : ""}. Nobody else is using it.`,
    "Move your pointer, and I will look at you.",
    "Your launcher is watching my log. If you leave, I stop by myself.",
    "I stay for as long as you do.",
    "When you are done, press Stop in the launcher. See you next time.",
    "I breathe and blink on my own. My mouth follows the words I say.",
  ];

  // Mouth shapes by letter: open, wide (negative is rounded), teeth shown.
  const shapes = {
    a: [1, .25, .3], e: [.55, .75, .5], i: [.35, .9, .6], o: [.75, -.8, 0], u: [.4, -1, 0], y: [.35, .6, .5],
    m: [0, 0, 0], b: [0, 0, 0], p: [0, 0, 0], f: [.14, .2, 1], v: [.14, .2, 1], w: [.25, -.9, 0], r: [.3, -.35, .2],
    s: [.16, .65, 1], z: [.16, .65, 1], c: [.2, .4, 1], t: [.25, .3, .8], d: [.28, .3, .7], n: [.25, .3, .6],
    l: [.4, .3, .5], th: [.25, .2, 1], k: [.38, .2, .4], g: [.38, .2, .4], h: [.45, .1, .2], j: [.3, -.3, .8], q: [.3, -.6, .2], x: [.2, .5, .9],
  };
  const shut = [0, 0, 0];

  const speech = { line: -1, at: 0, marks: [], until: 0, shown: -1 };
  function sayNext(now) {
    speech.line = (speech.line + 1) % lines.length;
    const text = lines[speech.line];
    speech.marks = [];
    let t = now + 250;
    for (let i = 0; i < text.length; i++) {
      const c = text[i].toLowerCase();
      const digraph = c + (text[i + 1] || "").toLowerCase();
      const length = c === " " ? 45 : c === "," ? 210 : c === "." ? 380 : "aeiou".includes(c) ? 92 : 62;
      speech.marks.push({ t, i, shape: shapes[digraph] || shapes[c] || shut });
      t += length;
    }
    speech.until = t + 2600;
    speech.shown = -1;
    caption(text, still.matches ? text.length : 0);
  }

  // The words already said stand out from those to come; the whole line is there from the start, so that a screen
  // reader reads it once.
  const said = document.createElement("span"), next = document.createElement("span");
  next.className = "next";
  function caption(text, upto) {
    const box = $("caption");
    if (!said.isConnected) box.append(said, next);
    said.textContent = text.slice(0, upto);
    next.textContent = text.slice(upto);
  }

  let alive = true; // it says nothing once its machine does not answer
  function speak(now) {
    if (!alive) return shut;
    if (now > speech.until) sayNext(now);
    let current = null;
    for (const m of speech.marks) {
      if (m.t > now) break;
      current = m;
    }
    if (!current) return shut;
    const text = lines[speech.line];
    const end = text.indexOf(" ", current.i);
    const upto = end < 0 ? text.length : end;
    if (upto !== speech.shown && !still.matches) {
      speech.shown = upto;
      caption(text, upto);
    }
    return now - current.t > 420 ? shut : current.shape;
  }

  // ---- where it looks ----------------------------------------------------------------------------------------
  const pointer = { x: 0, y: 0, at: -1e9 };
  addEventListener("pointermove", (e) => {
    pointer.x = (e.clientX / innerWidth) * 2 - 1;
    pointer.y = (e.clientY / innerHeight) * 2 - 1;
    pointer.at = performance.now();
  }, { passive: true });
  const gaze = { x: 0, y: 0, tx: 0, ty: 0, next: 0 };
  const head = { yaw: 0, pitch: 0, roll: 0 };
  const mouth = { open: 0, wide: 0, teeth: 0 };
  const blink = { at: 1500, phase: 1 };
  let brow = 0;

  function look(now) {
    if (now - pointer.at < 4000) {
      gaze.tx = pointer.x;
      gaze.ty = pointer.y * .8;
    } else if (now > gaze.next) {
      const away = Math.random() < .3;
      gaze.tx = away ? (Math.random() - .5) * .9 : (Math.random() - .5) * .12;
      gaze.ty = away ? (Math.random() - .5) * .4 : (Math.random() - .5) * .1;
      gaze.next = now + (away ? 700 : 1800) + Math.random() * 1800;
    }
  }

  function eyelid(now) {
    if (now > blink.at + 240) blink.at = now + 1800 + Math.random() * 3600;
    const t = (now - blink.at) / 240;
    return t < 0 || t > 1 ? 1 : Math.abs(t * 2 - 1) ** 1.6;
  }

  function move(now, dt) {
    const ease = (rate) => 1 - Math.exp(-dt * rate);
    look(now);
    gaze.x = mix(gaze.x, gaze.tx, ease(.018));
    gaze.y = mix(gaze.y, gaze.ty, ease(.018));
    const [open, wide, teeth] = speak(now);
    mouth.open = mix(mouth.open, open, ease(.026));
    mouth.wide = mix(mouth.wide, wide, ease(.02));
    mouth.teeth = mix(mouth.teeth, teeth, ease(.02));
    const talk = open > .05 ? 1 : 0;
    brow = mix(brow, talk * (.5 + .5 * Math.sin(now / 430)), ease(.004));
    head.yaw = mix(head.yaw, gaze.x * .55 + Math.sin(now / 2300) * .07 + Math.sin(now / 610) * .03 * talk, ease(.005));
    head.pitch = mix(head.pitch, gaze.y * .45 + Math.sin(now / 1700) * .05 + Math.sin(now / 380) * .05 * talk, ease(.005));
    head.roll = mix(head.roll, Math.sin(now / 3100) * .035 - head.yaw * .05, ease(.004));
    return eyelid(now);
  }

  // ---- drawing -----------------------------------------------------------------------------------------------
  const skin = { light: "#f6cdb4", mid: "#e3a689", deep: "#b8735c", line: "#7c4438" };
  const hair = { top: "#5a3b34", low: "#2a1a1c", shine: "rgba(255,214,186,.10)" };

  function oval(x, y, rx, ry, fill, turn = 0) {
    ctx.beginPath();
    ctx.ellipse(x, y, Math.max(0, rx), Math.max(0, ry), turn, 0, TAU);
    ctx.fillStyle = fill;
    ctx.fill();
  }
  function radial(x, y, r0, r1, ...stops) {
    const g = ctx.createRadialGradient(x, y, r0, x, y, r1);
    stops.forEach(([at, colour]) => g.addColorStop(at, colour));
    return g;
  }
  function linear(x0, y0, x1, y1, ...stops) {
    const g = ctx.createLinearGradient(x0, y0, x1, y1);
    stops.forEach(([at, colour]) => g.addColorStop(at, colour));
    return g;
  }
  function shape(fill, path) {
    ctx.beginPath();
    path(ctx);
    ctx.fillStyle = fill;
    ctx.fill();
  }

  const motes = Array.from({ length: 26 }, () => ({
    x: Math.random(), y: Math.random(), r: .4 + Math.random(), v: .3 + Math.random(), p: Math.random() * TAU,
  }));
  function air(w, h, now) {
    const tint = dark.matches ? "168,160,255" : "255,255,255";
    for (const m of motes) {
      const y = ((m.y - now * m.v * 6e-6) % 1 + 1) % 1;
      const x = m.x + Math.sin(now / 5200 + m.p) * .015;
      const r = m.r * Math.min(w, h) * .012;
      const a = (dark.matches ? .10 : .34) * (.55 + .45 * Math.sin(now / 2600 + m.p));
      oval(x * w, y * h, r * 2, r * 2, radial(x * w, y * h, 0, r * 2, [0, `rgba(${tint},${a})`], [1, `rgba(${tint},0)`]));
    }
  }

  // The head's unit is its half height; its middle is the origin.
  function body(breath) {
    shape(linear(-1.9, 1.2, 1.9, 2.8, [0, "#4b44b8"], [.5, "#6a62f0"], [1, "#38329a"]), (c) => {
      c.moveTo(-2.3, 7);
      c.lineTo(-2.15, 3.4);
      c.bezierCurveTo(-2.05, 1.9 - breath, -1.25, 1.62 - breath, -.52, 1.42 - breath);
      c.quadraticCurveTo(0, 1.86 - breath, .52, 1.42 - breath);
      c.bezierCurveTo(1.25, 1.62 - breath, 2.05, 1.9 - breath, 2.15, 3.4);
      c.lineTo(2.3, 7);
      c.closePath();
    });
    shape(linear(0, .6, 0, 1.75, [0, skin.deep], [.45, skin.mid], [1, skin.light]), (c) => {
      c.moveTo(-.37, .6);
      c.bezierCurveTo(-.35, 1.15, -.42, 1.3 - breath, -.55, 1.43 - breath);
      c.quadraticCurveTo(0, 1.84 - breath, .55, 1.43 - breath);
      c.bezierCurveTo(.42, 1.3 - breath, .35, 1.15, .37, .6);
      c.closePath();
    });
    ctx.strokeStyle = "rgba(255,255,255,.28)";
    ctx.lineWidth = .035;
    ctx.beginPath();
    ctx.moveTo(-.56, 1.44 - breath);
    ctx.quadraticCurveTo(0, 1.9 - breath, .56, 1.44 - breath);
    ctx.stroke();
  }

  function backHair(dx) {
    shape(linear(0, -1.2, 0, 1.5, [0, hair.top], [1, hair.low]), (c) => {
      c.moveTo(-.9 - dx * .1, -.1);
      c.bezierCurveTo(-1.1, -1.35, 1.1, -1.35, .9 - dx * .1, -.1);
      c.bezierCurveTo(1.06, .5, 1.0, 1.05, .74, 1.32);
      c.quadraticCurveTo(0, 1.1, -.74, 1.32);
      c.bezierCurveTo(-1.0, 1.05, -1.06, .5, -.9 - dx * .1, -.1);
    });
  }

  function skull(dx, dy) {
    for (const side of [-1, 1]) {
      const x = side * .79 - dx * .13;
      oval(x, .1 - dy * .08, .12, .21, radial(x, .08, 0, .22, [0, skin.mid], [1, skin.deep]), side * -.12);
    }
    const face = radial(-.2 + dx * .3, -.3 + dy * .2, .1, 1.5, [0, "#fcdcc6"], [.45, skin.light], [.8, skin.mid], [1, skin.deep]);
    shape(face, (c) => {
      c.moveTo(-.78, -.2);
      c.bezierCurveTo(-.82, -1.18, .82, -1.18, .78, -.2);
      c.bezierCurveTo(.8, .42, .55, .78, .27 + dx * .05, .97);
      c.quadraticCurveTo(dx * .08, 1.1, -.27 + dx * .05, .97);
      c.bezierCurveTo(-.55, .78, -.8, .42, -.78, -.2);
    });
    for (const side of [-1, 1]) {
      const x = side * .45 + dx * .2, y = .36 + dy * .14;
      oval(x, y, .24, .17, radial(x, y, 0, .24, [0, "rgba(235,110,98,.24)"], [1, "rgba(235,110,98,0)"]));
    }
  }

  function eye(side, dx, dy, lid) {
    const x = side * .35 + dx * .25, y = -.05 + dy * .2, w = .185 * (1 - Math.max(0, side * dx) * .18), h = .105 * lid;
    oval(x, y, w * 1.35, .17, radial(x, y, 0, w * 1.35, [0, "rgba(124,68,56,.26)"], [1, "rgba(124,68,56,0)"]));
    if (h > .012) {
      ctx.save();
      ctx.beginPath();
      ctx.ellipse(x, y, w, h, 0, 0, TAU);
      ctx.clip();
      oval(x, y, w, .12, linear(0, y - .11, 0, y + .11, [0, "#cfc7cc"], [.35, "#fffdfb"], [1, "#eee6e4"]));
      const ix = x + gaze.x * .075 - head.yaw * .01, iy = y + gaze.y * .045;
      oval(ix, iy, .098, .098, radial(ix, iy + .03, .01, .1, [0, "#8fd0e0"], [.55, "#3f8fb2"], [.9, "#1f4d6e"], [1, "#12324a"]));
      oval(ix, iy, .043, .043, "#0b0f16");
      oval(ix - .034, iy - .036, .024, .024, "rgba(255,255,255,.95)");
      oval(ix + .03, iy + .036, .012, .012, "rgba(255,255,255,.5)");
      ctx.restore();
    }
    ctx.strokeStyle = "#2a1718";
    ctx.lineCap = "round";
    ctx.lineWidth = .032;
    ctx.beginPath();
    ctx.ellipse(x, y + .004, w, Math.max(h, .012), 0, Math.PI * 1.04, Math.PI * 1.97);
    ctx.stroke();
    ctx.lineWidth = .02;
    ctx.beginPath();
    ctx.moveTo(x + side * w * .93, y - h * .35);
    ctx.lineTo(x + side * w * 1.2, y - h * .75 - .01);
    ctx.stroke();
    ctx.strokeStyle = "rgba(124,68,56,.38)";
    ctx.lineWidth = .014;
    ctx.beginPath();
    ctx.ellipse(x, y - .028, w * 1.03, .12, 0, Math.PI * 1.15, Math.PI * 1.85);
    ctx.stroke();
    const by = y - .255 - brow * .035;
    shape(hair.low, (c) => {
      c.moveTo(x - side * .17, by + .045);
      c.quadraticCurveTo(x + side * .03, by - .065, x + side * .25, by + .03);
      c.quadraticCurveTo(x + side * .03, by - .012, x - side * .165, by + .085);
      c.closePath();
    });
  }

  function nose(dx, dy) {
    const x = dx * .33, y = .27 + dy * .27;
    oval(x + .03, y - .04, .13, .22, radial(x + .04, y - .02, 0, .2, [0, "rgba(160,88,68,.20)"], [1, "rgba(160,88,68,0)"]));
    shape(linear(0, y - .36, 0, y + .05, [0, "rgba(255,240,228,0)"], [1, "rgba(255,240,228,.55)"]), (c) => {
      c.moveTo(x * .8 - .035, y - .36);
      c.quadraticCurveTo(x - .03, y - .05, x - .06, y);
      c.quadraticCurveTo(x, y + .05, x + .045, y - .01);
      c.quadraticCurveTo(x + .01, y - .1, x * .8 + .03, y - .36);
    });
    ctx.strokeStyle = "rgba(124,68,56,.6)";
    ctx.lineWidth = .022;
    for (const side of [-1, 1]) {
      ctx.beginPath();
      ctx.arc(x + side * .075, y + .03, .042, side > 0 ? .2 : Math.PI * .35, side > 0 ? Math.PI * .65 : Math.PI * .8);
      ctx.stroke();
    }
  }

  // Every edge of the mouth runs from corner to corner; a quadratic curve passes half way to its control point, hence via.
  function lips(dx, dy) {
    const x = dx * .26, y = .58 + dy * .22, open = mouth.open * .17;
    const w = .25 + mouth.wide * .06 - mouth.open * .02, corner = y - .022 - Math.max(0, mouth.wide) * .014;
    const via = (middle) => 2 * middle - corner;
    const innerTop = y - .012 - open * .28, innerLow = y - .006 + open;
    const outerTop = innerTop - .048, outerLow = innerLow + .072;
    if (open > .006) {
      ctx.save();
      ctx.beginPath();
      ctx.moveTo(x - w * .96, corner);
      ctx.quadraticCurveTo(x, via(innerTop), x + w * .96, corner);
      ctx.quadraticCurveTo(x, via(innerLow), x - w * .96, corner);
      ctx.clip();
      ctx.fillStyle = "#42141c";
      ctx.fillRect(x - w, innerTop - .1, w * 2, .6);
      oval(x, innerLow + .035, w * .6, .03 + open * .4, "#c4586a");
      ctx.globalAlpha = .45 + .55 * mouth.teeth;
      oval(x, innerTop, w * .62, .034, "#fffaf5");
      ctx.restore();
    }
    shape("#c2595c", (c) => {
      c.moveTo(x - w, corner);
      c.quadraticCurveTo(x - w * .5, outerTop - .006, x - w * .16, outerTop - .004);
      c.quadraticCurveTo(x, outerTop + .022, x + w * .16, outerTop - .004);
      c.quadraticCurveTo(x + w * .5, outerTop - .006, x + w, corner);
      c.quadraticCurveTo(x, via(innerTop), x - w, corner);
    });
    shape(linear(0, innerLow - .02, 0, outerLow, [0, "#d17170"], [1, "#b04f53"]), (c) => {
      c.moveTo(x - w, corner);
      c.quadraticCurveTo(x, via(innerLow), x + w, corner);
      c.bezierCurveTo(x + w * .62, mix(corner, outerLow, 1.22), x - w * .62, mix(corner, outerLow, 1.22), x - w, corner);
    });
    oval(x, mix(innerLow, outerLow, .42), w * .3, .012, "rgba(255,235,230,.4)");
    const chin = outerLow + .085;
    oval(x, chin, .2, .045, radial(x, chin, 0, .2, [0, "rgba(150,80,62,.26)"], [1, "rgba(150,80,62,0)"]));
  }

  function fringe(dx, dy) {
    shape(linear(-.8, -1.1, .8, 0, [0, hair.top], [.6, hair.low], [1, hair.top]), (c) => {
      c.moveTo(-.86 - dx * .05, .08);
      c.bezierCurveTo(-1.02, -1.42, 1.02, -1.42, .86 - dx * .05, .08);
      c.bezierCurveTo(.78, -.3, .62, -.56 + dy * .1, .34 + dx * .1, -.68 + dy * .1);
      c.bezierCurveTo(.0, -.78, -.28, -.62, -.46 + dx * .1, -.5 + dy * .1);
      c.bezierCurveTo(-.66, -.4, -.78, -.2, -.86 - dx * .05, .08);
    });
    ctx.strokeStyle = hair.shine;
    ctx.lineWidth = .026;
    for (let i = 0; i < 5; i++) {
      ctx.beginPath();
      ctx.moveTo(-.6 + i * .09, -.56 + i * .012);
      ctx.bezierCurveTo(-.46 + i * .12, -.92 + i * .012, -.06 + i * .08, -1.03 + i * .035, .22 + i * .06, -.92 + i * .035);
      ctx.stroke();
    }
  }

  function draw(w, h, now, lid) {
    ctx.clearRect(0, 0, w, h);
    if (!still.matches) air(w, h, now);
    const unit = Math.min(h * .25, w * .34);
    const breath = still.matches ? 0 : Math.sin(now / 1500) * .025;
    const glow = radial(w / 2, h * .4, 0, unit * 2.6,
      [0, dark.matches ? "rgba(126,114,255,.34)" : "rgba(255,255,255,.85)"], [1, "rgba(126,114,255,0)"]);
    oval(w / 2, h * .4, unit * 2.6, unit * 2.6, glow);
    ctx.save();
    ctx.translate(w / 2, h * .4 - breath * unit * .4);
    ctx.scale(unit, unit);
    const dx = head.yaw, dy = head.pitch;
    ctx.save();
    ctx.translate(dx * .04, 0);
    ctx.rotate(head.roll);
    backHair(dx);
    ctx.restore();
    body(breath);
    oval(dx * .1, 1.03, .5, .2, radial(dx * .1, 1.0, 0, .5, [0, "rgba(110,55,44,.42)"], [1, "rgba(110,55,44,0)"]));
    ctx.translate(dx * .08, dy * .04);
    ctx.rotate(head.roll);
    skull(dx, dy);
    eye(-1, dx, dy, lid);
    eye(1, dx, dy, lid);
    nose(dx, dy);
    lips(dx, dy);
    fringe(dx, dy);
    ctx.restore();
  }

  // ---- the loop ----------------------------------------------------------------------------------------------
  let width = 0, height = 0;
  function fit() {
    const ratio = Math.min(devicePixelRatio || 1, 2);
    width = innerWidth;
    height = innerHeight;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (still.matches) draw(width, height, 0, 1);
  }
  addEventListener("resize", fit);
  dark.addEventListener("change", fit);

  let last = 0, frames = 0, counted = 0;
  function frame(now) {
    if (still.matches) return;
    const lid = move(now, Math.min(64, now - last));
    last = now;
    draw(width, height, now, lid);
    frames++;
    if (now - counted >= 1000) {
      $("fps").textContent = String(Math.round(frames * 1000 / (now - counted)));
      frames = 0;
      counted = now;
    }
    requestAnimationFrame(frame);
  }

  // With reduced motion the face keeps still, and only the caption changes.
  let quiet = 0;
  function start() {
    clearInterval(quiet);
    fit();
    if (!still.matches) {
      last = counted = performance.now();
      requestAnimationFrame(frame);
      return;
    }
    $("fps").textContent = "0";
    const turn = () => sayNext(performance.now());
    turn();
    quiet = setInterval(turn, 9000);
  }
  still.addEventListener("change", start);
  start();

  // ---- presence ----------------------------------------------------------------------------------------------
  const me = Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => b.toString(16).padStart(2, "0")).join("");
  let silent = false;
  async function beat() {
    let ok = false;
    try {
      const answer = await fetch(`/beat?p=${me}`, { method: "POST", cache: "no-store" });
      ok = answer.ok;
      if (ok) $("players").textContent = String((await answer.json()).players);
    } catch {
      ok = false;
    }
    if (ok === silent) {
      silent = !ok;
      if (alive && !ok) caption("", 0);
    if (!alive && ok) speech.until = 0;
    alive = ok;
    $("live").textContent = ok ? "Live" : "Stopped. Start it again in Avatar Launcher.";
      document.querySelector(".live").classList.toggle("off", !ok);
    }
  }
  beat();
  setInterval(beat, 5000);
  addEventListener("pagehide", () => navigator.sendBeacon(`/players?p=${me}&leave=1`));
  addEventListener("pageshow", (e) => { if (e.persisted) beat(); });
})();
