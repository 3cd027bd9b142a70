'use strict';
(() => {
  const REFRESH_MS = 5000;
  const SHOWN_KEYS = 10;
  const MOST_GROUPS = 50;
  const OLDEST = 100;
  const STATUSES = {WAITING: 'Waiting', CLAIMED: 'Claimed', FAILED: 'Failed', PARKED: 'Parked', UNREADABLE: 'Unreadable', REMEMBERED: 'Remembered'};
  const BAD = ['FAILED', 'PARKED', 'UNREADABLE'];
  const MEANINGS = {
    WAITING: 'for more messages', CLAIMED: 'being handed over', FAILED: 'to be tried again', PARKED: 'until released',
    UNREADABLE: 'cannot be decoded'};
  const CAUSES = {COMPLETE: 'Completed', EXPIRED: 'Expired', EVICTED: 'Evicted', FORCED: 'Released'};
  const $ = id => document.getElementById(id);
  const data = JSON.parse($('data').textContent);
  const reports = data.reports || null;

  let join = data.joins.length ? data.joins[0] : null;
  let totals = null;      // the overview, added up
  let next = null;        // where the overview goes on
  let readingOn = false;  // more of the overview is being read
  let hasReadOn = false;  // more than the sample was read, and a refresh that nobody asked for leaves it alone
  let listing = {cursors: [''], rows: [], next: null, now: data.now, found: null};
  let reason = '';        // of the errors whose joins are listed
  let lines = [];         // what is in the table
  let drawn = {};         // the bars that are shown
  let selected = new Set();
  let shownRow = null;
  let dropped = [];       // until it is dismissed, or was saved before another change
  let isSaved = false;
  let looks = 0;          // how often a list was begun; one that is not the last is given up
  let looking = false;    // the list goes on by itself, as none of its kind were found yet
  let generation = 0;     // an answer to what was asked before the join changed is not for this one
  let timer = 0;

  // ---- text ----

  /** Text that shows what is in it and does nothing: no moved cursor, no reversed direction. */
  function visible(text, keepsLines) {
    return String(text).replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, c =>
      keepsLines && (c === '\n' || c === '\t') ? c : '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
  }

  /** JSON on several lines. Works on the text, so that numbers keep all their digits; does so with a text that was cut off, too. */
  function pretty(text) {
    if (!/^\s*[{[]/.test(text)) return text;
    let out = '', depth = 0, inString = false;
    const line = () => '\n' + '  '.repeat(Math.min(depth, 40));
    for (let i = 0; i < text.length; i++) {
      const c = text[i];
      if (inString) {
        out += c;
        if (c === '\\') out += text[++i] ?? '';
        else if (c === '"') inString = false;
      } else if (c === '"') { inString = true; out += c; }
      else if (c === '{' || c === '[') {
        let end = i + 1;
        while (/\s/.test(text[end] ?? '')) end++;
        if (text[end] === '}' || text[end] === ']') { out += c + text[end]; i = end; }
        else { depth++; out += c + line(); }
      } else if (c === '}' || c === ']') { depth = Math.max(0, depth - 1); out += line() + c; }
      else if (c === ',') out += c + line();
      else if (c === ':') out += ': ';
      else if (!/\s/.test(c)) out += c;
    }
    return out;
  }

  const number = n => Number(n).toLocaleString('en');
  const plural = (n, one, many) => number(n) + ' ' + (Number(n) === 1 ? one : many || one + 's');
  const clock = at => new Date(at).toLocaleTimeString('en-GB');

  function span(seconds) {
    const s = Math.max(0, Math.floor(seconds));
    const two = (a, ua, b, ub) => a + ua + (b ? ' ' + b + ub : '');
    if (s >= 172800) return two(Math.floor(s / 86400), 'd', Math.floor(s % 86400 / 3600), 'h');
    if (s >= 3600) return two(Math.floor(s / 3600), 'h', Math.floor(s % 3600 / 60), 'm');
    if (s >= 60) return two(Math.floor(s / 60), 'm', s % 60, 's');
    return s + 's';
  }
  const capital = text => text.charAt(0).toUpperCase() + text.slice(1);
  const seconds = (from, to) => (Date.parse(to) - Date.parse(from)) / 1000;

  // ---- elements ----

  function el(tag, properties, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties || {})) {
      if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
      else if (name in element && name !== 'role') element[name] = value;
      else element.setAttribute(name, value);
    }
    element.append(...children.filter(child => child !== null && child !== undefined));
    return element;
  }
  const say = text => { $('live').textContent = text; };
  function show(problem) {
    $('problem').hidden = !problem;
    const text = problem ? visible(problem) : '';
    if ($('problem').textContent !== text) $('problem').textContent = text;
  }

  // ---- the server ----

  /** @param target the join that is changed, whichever is shown when the answer comes; null to ask about the one that is shown */
  async function ask(fields, target) {
    const asked = generation;
    let response;
    try {
      response = await fetch(location.pathname, {
        method: 'POST', cache: 'no-store', redirect: 'error',
        headers: {'Content-Type': 'application/json', 'X-Joiner-Console': '1'},
        body: JSON.stringify({join: (target || join).name, ...fields})});
    } catch (e) {
      throw new Error('The server does not answer.');
    }
    const json = await response.json().catch(() => null);
    if (response.status === 401) throw new Error('Logged out. Load the page again.');
    if (!response.ok || !json) throw new Error(json && json.error ? json.error : 'The server answers with status ' + response.status + '.');
    if (!target && asked !== generation) throw new Stale();
    return json;
  }
  class Stale extends Error {}
  async function trying(work) {
    try {
      await work();
      show('');
      return true;
    } catch (e) {
      if (!(e instanceof Stale)) show(e.message);
      return false;
    }
  }

  // ---- overview ----

  /** Names no more groups than one answer does. What is not named in one of them may be in another's groups, which say less than there is then. */
  function addedGroups(a, b) {
    const counts = new Map(a.named.map(group => [group.name, group.count]));
    for (const group of b.named) counts.set(group.name, (counts.get(group.name) || 0) + group.count);
    const named = [...counts].map(([name, count]) => ({name, count})).sort((x, y) => y.count - x.count);
    const left = named.splice(MOST_GROUPS);
    return {named, others: a.others + b.others + left.reduce((n, group) => n + group.count, 0), atLeast: a.atLeast || b.atLeast || a.others + b.others > 0};
  }

  /** The bars of groups; what is in none of them is not one, and cannot be picked. */
  function groupBars(groups, pick) {
    const entries = groups.named.map(group => ({label: group.name, n: group.count, atLeast: groups.atLeast, pick: () => pick(group.name)}));
    return groups.others ? [...entries, {label: 'Others', n: groups.others, isRest: true}] : entries;
  }

  function added(sum, more) {
    if (!sum) return more;
    const arrays = name => sum[name].map((n, i) => n + more[name][i]);
    const counts = {...sum.counts};
    for (const [status, n] of Object.entries(more.counts)) counts[status] = (counts[status] || 0) + n;
    const older = more.oldest && (!sum.oldest || Date.parse(more.oldest.at) < Date.parse(sum.oldest.at));
    return {...sum, read: sum.read + more.read, keys: sum.keys + more.keys, held: sum.held + more.held, counts,
      missing: addedGroups(sum.missing, more.missing), errors: addedGroups(sum.errors, more.errors),
      ages: arrays('ages'), expiries: arrays('expiries'), neverExpiring: sum.neverExpiring + more.neverExpiring,
      oldest: older ? more.oldest : sum.oldest};
  }

  async function loadOverview() {
    const answer = await ask({ask: 'overview'});
    totals = answer;
    next = answer.next || null;
    showOverview();
  }

  async function readOn() {
    if (readingOn) { readingOn = false; return; }
    readingOn = hasReadOn = true;
    $('read-on').textContent = 'Stop';
    await trying(async () => {
      while (readingOn && next) {
        const answer = await ask({ask: 'overview', cursor: next});
        totals = added(totals, answer);
        next = answer.next || null;
        showOverview();
      }
    });
    readingOn = false;
    showOverview();
    say(next ? 'Stopped reading.' : 'All joins are counted.');
  }

  function names(limits) {
    const label = s => s >= 86400 ? s / 86400 + 'd' : s >= 3600 ? s / 3600 + 'h' : s / 60 + 'm';
    return [...limits.map((s, i) => i ? label(limits[i - 1]) + ' to ' + label(s) : 'under ' + label(s)), label(limits[limits.length - 1]) + ' and more'];
  }

  function bars(id, entries, nothing) {
    const json = JSON.stringify(entries) + nothing;
    if (drawn[id] === json) return;
    drawn[id] = json;
    const most = Math.max(1, ...entries.filter(entry => !entry.isRest).map(entry => entry.n)); // the rest is many groups, and no bar
    const items = entries.map(entry => {
      const fill = el('div', {className: 'fill'});
      fill.style.width = entry.isRest ? '0' : 100 * entry.n / most + '%';
      const label = entry.pick
        ? el('button', {type: 'button', className: 'link', id: id + '-' + entry.label, title: 'Show these joins', onclick: entry.pick}, el('bdi', {}, visible(entry.label)))
        : visible(entry.label);
      return el('li', {}, el('span', {className: entry.isRest ? 'label note' : 'label'}, label), el('div', {className: 'track', 'aria-hidden': 'true'}, fill),
        el('span', {className: 'n', title: entry.atLeast ? 'Or more: some may be among the others' : ''}, (entry.atLeast ? '≥ ' : '') + number(entry.n)));
    });
    refill($(id), items.length ? items : [el('li', {className: 'note'}, nothing)]);
  }

  /** Puts other children into an element; the focus stays where it was. */
  function refill(element, children) {
    const focused = element.contains(document.activeElement) ? document.activeElement.id : '';
    element.replaceChildren(...children);
    if (focused) {
      const again = $(focused);
      if (again) again.focus({preventScroll: true});
    }
  }

  function tile(name, value, note, bad) {
    return el('div', bad ? {className: 'bad'} : {}, el('dt', {}, name), el('dd', {}, value, el('small', {title: note}, note)));
  }

  /** A page of keys that a store hands out may be short, and does not say how many of its keys are only remembered. */
  const upTo = (read, text) => (read.held < read.keys ? 'up to ' : '') + text;

  /** What was counted; keys that hold no joins explain why there are fewer joins than keys. */
  function counted(time) {
    const joins = plural(totals.read, 'join');
    const remembered = Math.max(0, (next ? totals.keys : totals.size) - totals.held);
    const rest = remembered ? plural(remembered, 'key') + ' only remembered' : '';
    return next
      ? upTo(totals, number(totals.keys)) + ' of ' + number(totals.size) + ' keys read: ' + joins + (rest ? ', ' + upTo(totals, rest) : '') + ', at ' + time + '.'
      : 'All ' + joins + ' counted at ' + time + (rest ? '; ' + rest : '') + '.';
  }

  function showOverview() {
    const all = !next;
    const sampled = text => all ? text : 'in the sample';
    const tiles = [
      tile('Keys in the store', number(totals.size), 'counted by the store'),
      tile(all ? 'Oldest' : 'Oldest in the sample', totals.oldest ? span(seconds(totals.oldest.at, totals.now)) : '–', totals.oldest ? visible(totals.oldest.key) : 'nothing waits')];
    for (const status of ['WAITING', 'CLAIMED', 'FAILED', 'PARKED', 'UNREADABLE']) {
      const n = totals.counts[status] || 0;
      tiles.push(tile(STATUSES[status], (all ? '' : '≥ ') + number(n), sampled(MEANINGS[status]), n > 0 && BAD.includes(status)));
    }
    $('tiles').replaceChildren(...tiles);
    const time = clock(totals.now);
    $('sample-text').textContent = capital(counted(time));
    $('read-on').hidden = all || !!reports;
    if (!readingOn) $('read-on').textContent = 'Read the rest';
    const labels = names(totals.limits);
    bars('ages', totals.ages.map((n, i) => ({label: labels[i], n})), '');
    bars('expiries', [...totals.expiries.map((n, i) => ({label: labels[i], n})), {label: 'never', n: totals.neverExpiring}], '');
    bars('missing', groupBars(totals.missing, part => { $('lacks').value = part; applyFilter(); }),
      totals.counts.WAITING ? 'What joins lack is not known here.' : 'Nothing waits.');
    const lacks = $('lacks').value;
    const options = [...new Set([...totals.missing.named.map(group => group.name), ...(lacks ? [lacks] : [])])];
    if (options.join('\n') !== [...$('lacks').options].slice(1).map(o => o.value).join('\n')) {
      $('lacks').replaceChildren(el('option', {value: ''}, 'Anything'), ...options.map(part => el('option', {value: part}, visible(part))));
      $('lacks').value = lacks;
    }
    $('lacks-choice').hidden = !options.length;
    $('errors-card').hidden = !totals.errors.named.length;
    bars('errors', groupBars(totals.errors, name => { reason = name; applyFilter(); }), '');
    $('updated').textContent = reports ? '' : 'Updated ' + time;
  }

  // ---- the list ----

  const filter = () => ({status: $('status').value, missing: $('lacks').value, reason});
  const isByAge = () => $('order').value === 'oldest';
  const byAge = (a, b) => (a.firstAt ? Date.parse(a.firstAt) : Infinity) - (b.firstAt ? Date.parse(b.firstAt) : Infinity) || 0;
  const isFiltered = () => Object.values(filter()).some(Boolean);

  function filterText() {
    const f = filter();
    const texts = [];
    if (listing.found !== null) return 'What there is under the key ' + visible(listing.found) + '.';
    if (f.status) texts.push(STATUSES[f.status].toLowerCase());
    if (f.missing) texts.push('missing ' + visible(f.missing));
    if (f.reason) texts.push('failed with “' + visible(f.reason) + '”');
    return [isByAge() && !reports ? oldestText() : '', texts.length ? 'Only joins that are ' + texts.join(', and ') + '.' + notInReport(f, texts.length) : '']
      .filter(Boolean).join(' ');
  }

  /** What was read to find the oldest, as that takes its time. */
  function oldestText() {
    const keys = upTo(listing, number(listing.keys)) + (totals ? ' of ' + number(totals.size) : '') + ' keys';
    return looking ? 'The oldest so far: ' + keys + ' read.'
      : listing.isPart ? 'The oldest of those that were read: ' + keys + '.'
        : 'The oldest of all ' + number(listing.keys) + ' keys, read at ' + clock(listing.now) + '.';
  }

  /** A report counts the whole store, and lists some of it. */
  function notInReport(f, filters) {
    if (!reports) return '';
    const group = f.missing ? totals.missing.named.find(g => g.name === f.missing) : totals.errors.named.find(g => g.name === f.reason);
    const all = filters > 1 ? 0 : f.status ? totals.counts[f.status] || 0 : group ? group.count : 0;
    const n = listing.rows.length;
    return n < all ? ' ' + number(n) + ' of ' + number(all) + ' are in this report.' : '';
  }

  async function applyFilter() {
    listing = {...listing, cursors: [''], found: null};
    $('key').value = '';
    selected.clear();
    $('list').scrollIntoView({block: 'start'});
    if (await trying(loadList)) say(plural(listing.rows.length, 'join') + ' shown.');
  }

  /** @param again whether nobody asked for it: what was looked through far and wide is not looked through again */
  async function loadList(again) {
    const mine = ++looks;
    looking = false;
    if (!again) listing.lookedOn = false;
    if (reports) {
      const f = filter();
      const wanted = listing.found;
      const rows = reports[join.name].rows.filter(row => wanted !== null ? row.key === wanted
        : (!f.status || row.status === f.status) && (!f.missing || (row.missing || []).includes(f.missing))
          && (!f.reason || row.lastError && reasonOf(row.lastError) === f.reason));
      if (isByAge()) rows.sort(byAge);
      listing = {...listing, rows, next: null, now: data.now};
    } else if (listing.found !== null) {
      const answer = await ask({ask: 'find', key: listing.found});
      if (mine !== looks) throw new Stale();
      listing = {...listing, rows: answer.rows, next: null, now: answer.now};
    } else if (isByAge()) {
      await lookForOldest(mine, again === true);
    } else {
      await look(mine, again === true);
    }
    showList();
  }

  /** Reads the whole store, and keeps the oldest of what it meets. */
  async function lookForOldest(mine, again) {
    if (again && listing.lookedOn) return;
    let cursor = null, keys = 0, held = 0;
    if (!again) {
      looking = true;
      say('Looking for the oldest.');
      listing = {...listing, rows: [], next: null, keys, held, isPart: true};
      showList();
    }
    try {
      do {
        const answer = await ask({ask: 'oldest', ...filter(), ...(cursor ? {cursor} : {})});
        if (mine !== looks) throw new Stale();
        const before = cursor ? listing.rows : []; // without what was released or dropped meanwhile
        keys += answer.keys;
        held += answer.held;
        cursor = answer.next;
        looking = !!cursor;
        listing = {...listing, rows: [...before, ...answer.rows].sort(byAge).slice(0, OLDEST), next: null, now: answer.now, keys, held,
          lookedOn: listing.lookedOn || looking, isPart: looking};
        showList();
      } while (cursor);
    } finally {
      if (mine === looks && looking) {
        looking = false;
        showList();
      }
    }
  }

  /** Goes on until there are rows, no more keys, or somebody stops it. */
  async function look(mine, again) {
    if (again && listing.lookedOn && !listing.rows.length) return;
    let cursor = again && listing.lookedOn ? listing.from : listing.cursors[listing.cursors.length - 1];
    let keys = 0, held = 0, lookedOn = again && listing.lookedOn;
    try {
      for (;;) {
        const answer = await ask({ask: 'list', ...filter(), ...(cursor ? {cursor} : {})});
        if (mine !== looks) throw new Stale();
        keys += answer.keys;
        held += answer.held;
        listing = {...listing, rows: answer.rows, next: answer.next || null, now: answer.now, from: cursor, keys, held, lookedOn};
        if (answer.rows.length || !answer.next || !isFiltered()) return;
        if (!looking) say('Looking.');
        looking = lookedOn = listing.lookedOn = true;
        cursor = answer.next;
        showList();
      }
    } finally {
      if (mine === looks && looking) {
        looking = false;
        showList();
      }
    }
  }

  function stopLooking() {
    looks++; // the answer that is under way is not waited for
    looking = false;
    showList();
    say('Stopped.');
  }

  /** As the server groups errors; for a report, which has none. */
  function reasonOf(error) {
    const common = (error.trim().split(/\r\n|\r|\n/)[0] || '').replace(/"[^"]*"|'[^']*'|[0-9][0-9a-fA-F-]*/g, '…');
    return common.length > 300 ? common.slice(0, 300) + '…' : common;
  }

  const COLUMNS = ['Key', 'Status', 'Age', 'Expires or due', 'Parts', 'Missing, or error'];

  function chip(row) {
    return el('span', {className: BAD.includes(row.status) ? 'chip bad' : 'chip'}, STATUSES[row.status]);
  }

  const age = row => row.firstAt ? span(seconds(row.firstAt, listing.now)) : '–';

  function due(row) {
    if (!row.dueAt) return '–';
    const left = seconds(listing.now, row.dueAt);
    return left > 0 ? 'in ' + span(left) : 'now';
  }

  function rest(row) {
    const parts = (row.missing || []).map(part => el('span', {className: 'part'}, el('bdi', {}, visible(part))));
    if (row.byteCount !== undefined) parts.push(el('span', {}, plural(row.byteCount, 'byte') + ' that are not a value of this codec. '));
    if (row.lastError) parts.push(el('span', {className: 'error'}, visible(row.lastError.length > 160 ? row.lastError.slice(0, 160) + '…' : row.lastError)));
    return parts;
  }

  function line(row, i) {
    const named = row.key !== undefined;
    const key = named ? visible(row.key) : '(unreadable)';
    const cell = (label, className, ...children) =>
      el('td', {role: 'cell', 'data-label': label, className: children.length ? className : className + ' none'}, el('div', {}, ...children));
    const picks = data.changes && named && row.status !== 'REMEMBERED' && row.status !== 'CLAIMED';
    return el('tr', {role: 'row'},
      data.changes ? el('td', {role: 'cell', className: 'pick'}, picks ? el('input', {
        type: 'checkbox', id: 'pick-' + i, checked: selected.has(row.key), 'aria-label': 'Select ' + key,
        onchange: event => { event.target.checked ? selected.add(row.key) : selected.delete(row.key); showSelection(); }}) : null) : null,
      cell('Key', 'key', el('button', {type: 'button', className: 'link', id: 'view-' + i, title: 'Show the value', onclick: () => openDetails(row)}, el('bdi', {}, key))),
      cell('Status', '', chip(row)),
      cell('Age', 'time', el('span', {className: 'age', title: row.firstAt || ''}, age(row))),
      cell('Due', 'time', el('span', {className: 'due', title: row.dueAt || ''}, due(row))),
      cell('Parts', 'number', number(row.parts)),
      cell(row.lastError ? 'Error' : 'Missing', 'rest', ...rest(row)));
  }

  /** Leaves rows alone that are as they were, but for their times: whoever is about to click on one hits it. */
  function refillRows() {
    const focused = $('rows').contains(document.activeElement) ? document.activeElement.id : '';
    listing.rows.forEach((row, i) => {
      const json = JSON.stringify(row);
      const old = lines[i];
      if (old && old.json === json) {
        for (const [name, text] of [['age', age(row)], ['due', due(row)]]) {
          const cell = old.element.querySelector('.' + name);
          if (cell.textContent !== text) cell.textContent = text;
        }
        const box = old.element.querySelector('input');
        if (box) box.checked = selected.has(row.key);
      } else {
        const element = line(row, i);
        if (old) old.element.replaceWith(element);
        else $('rows').append(element);
        lines[i] = {json, element};
      }
    });
    while (lines.length > listing.rows.length) lines.pop().element.remove();
    if (focused && !$('rows').contains(document.activeElement) && $(focused)) $(focused).focus({preventScroll: true});
  }

  function showList() {
    const heads = COLUMNS.map((name, i) => el('th', {role: 'columnheader', scope: 'col', className: i === 4 ? 'number' : ''}, name));
    if (data.changes) {
      heads.unshift(el('th', {role: 'columnheader', scope: 'col', className: 'pick'}, el('input', {
        type: 'checkbox', id: 'pick-all', 'aria-label': 'Select all that are shown',
        onchange: event => {
          const wanted = event.target.checked;
          for (const box of $('rows').querySelectorAll('input')) {
            if (box.checked !== wanted) box.click();
          }
        }})));
    }
    if (!$('head').childElementCount) $('head').replaceChildren(...heads);
    const keys = new Set(listing.rows.map(row => row.key));
    selected = new Set([...selected].filter(key => keys.has(key)));
    refillRows();
    const text = filterText();
    $('filter-text').hidden = !text;
    $('filter-text').textContent = text;
    $('clear').hidden = !text;
    $('empty').hidden = listing.rows.length > 0;
    $('empty').textContent = emptyText(text);
    if (!looking && document.activeElement === $('stop-looking')) $('list').focus();
    $('stop-looking').hidden = !looking;
    const pageNumber = listing.cursors.length;
    $('first').hidden = pageNumber === 1;
    $('next').hidden = !listing.next || looking;
    $('position').textContent = reports
      ? 'The ' + plural(reports[join.name].rows.length, 'join') + ' in this report: those that failed, are parked or unreadable, and then the oldest.'
      : listing.found !== null || isByAge() ? '' : 'Page ' + pageNumber + ', in the store’s order.';
    showSelection();
  }

  function emptyText(filters) {
    if (listing.found !== null) {
      return reports ? 'Not among the ' + plural(reports[join.name].rows.length, 'join') + ' of this report.' : 'Nothing is there under this key.';
    }
    if (looking) return 'Looking: ' + upTo(listing, plural(listing.keys, 'key')) + ' read, none yet.';
    if (listing.next || isByAge() && listing.isPart) return 'None among ' + upTo(listing, plural(listing.keys, 'key')) + ' that were read.';
    if (listing.cursors.length > 1) return 'There are no more.';
    return 'There are none' + (filters ? ' of this kind' + (reports ? ' in this report.' : '.') : '.');
  }

  function showSelection() {
    $('selection').hidden = !selected.size;
    $('selected').textContent = plural(selected.size, 'key') + ' selected';
    const all = $('pick-all');
    if (all) all.checked = selected.size > 0 && [...$('rows').querySelectorAll('input')].every(box => box.checked);
  }

  // ---- one join ----

  async function openDetails(row) {
    let rows = [row];
    if (!reports && row.key !== undefined && row.value === undefined) {
      if (!await trying(async () => { rows = (await ask({ask: 'find', key: row.key})).rows; })) return;
    }
    shownRow = row;
    $('details-title').textContent = row.key === undefined ? '(unreadable)' : visible(row.key);
    $('details-body').replaceChildren(...(rows.length ? rows.flatMap(described) : [el('p', {}, 'It is gone meanwhile.')]));
    const changes = data.changes && row.key !== undefined && rows.some(r => r.status !== 'REMEMBERED');
    $('details-release').hidden = !changes;
    $('details-drop').hidden = !changes || !!join.noDrop;
    $('details-no-drop').hidden = !changes || !join.noDrop;
    $('details').showModal();
    $('details-close').focus();
  }

  function handOver(row) {
    const cause = CAUSES[row.cause] || row.cause;
    return row.status === 'CLAIMED' ? cause + ', and being handed over'
      : row.status === 'FAILED' || row.status === 'PARKED' ? cause + ', and failed in hand-over' : cause;
  }

  function described(row) {
    const facts = el('dl', {className: 'facts'});
    const fact = (name, ...value) => facts.append(el('dt', {}, name), el('dd', {}, ...value));
    fact('Status', chip(row));
    if (row.cause) fact('Hand-over', handOver(row));
    if (row.firstAt) fact('First message', new Date(row.firstAt).toLocaleString('en-GB') + ' (' + span(seconds(row.firstAt, listing.now)) + ' ago)');
    if (row.dueAt) fact(row.status === 'WAITING' ? 'Expires' : 'Due', new Date(row.dueAt).toLocaleString('en-GB') + ' (' + due(row) + ')');
    if (row.handedOverAt) fact('Handed over', new Date(row.handedOverAt).toLocaleString('en-GB'));
    fact('Parts', number(row.parts));
    if (row.attempts !== undefined) fact('Attempts', number(row.attempts));
    if (row.missing) fact('Missing', row.missing.map(part => visible(part)).join(', '));
    if (row.lastError) fact('Error', el('span', {className: 'error'}, visible(row.lastError)));
    if (row.byteCount !== undefined) fact('In the store', plural(row.byteCount, 'byte'));
    const parts = [facts];
    if (row.valueError) parts.push(el('p', {className: 'problem'}, 'The value cannot be read: ' + visible(row.valueError)));
    if (row.value !== undefined) {
      parts.push(el('pre', {className: 'value', tabIndex: 0, role: 'region', 'aria-label': 'Value'}, pretty(visible(row.value, true))));
      if (row.valueLength > row.value.length) {
        parts.push(el('p', {className: 'note'}, 'Cut: these are the first ' + number(row.value.length) + ' of ' + number(row.valueLength) + ' characters.'));
      }
    } else if (row.status !== 'REMEMBERED' && row.status !== 'UNREADABLE' && row.byteCount === undefined && !row.valueError) {
      parts.push(el('p', {className: 'note'}, 'Values are not shown here.'));
    }
    return parts;
  }

  // ---- changes ----

  function confirmed(title, text, keys, verb, isDanger) {
    return new Promise(resolve => {
      $('confirm-title').textContent = title;
      $('confirm-text').textContent = text;
      const items = keys.slice(0, SHOWN_KEYS).map(key => el('li', {}, el('bdi', {}, visible(key))));
      if (keys.length > SHOWN_KEYS) items.push(el('li', {}, 'and ' + number(keys.length - SHOWN_KEYS) + ' more'));
      $('confirm-keys').replaceChildren(...items);
      $('confirm-yes').textContent = verb;
      $('confirm-yes').className = isDanger ? 'primary danger' : 'primary';
      let answer = false;
      $('confirm-yes').onclick = () => { answer = true; $('confirm').close(); };
      $('confirm-no').onclick = () => $('confirm').close();
      $('confirm').onclose = () => resolve(answer);
      $('confirm').showModal();
      $('confirm-no').focus();
    });
  }

  async function change(what, keys) {
    const drops = what === 'drop';
    const target = join;
    const many = plural(keys.length, 'key');
    const sure = await confirmed(
      (drops ? 'Drop' : 'Release') + ' what is under ' + many + '?',
      drops ? 'It is removed from the store, without being handed over. You can save it afterwards.'
        : 'It is handed over as it is, complete or not.',
      keys, drops ? 'Drop' : 'Release', drops);
    if (!sure) return;
    if ($('details').open) $('details').close();
    let done = 0;
    const problems = [];
    const taken = [];
    const gone = new Set();
    for (const key of keys) {
      say((drops ? 'Dropping ' : 'Releasing ') + (done + problems.length + 1) + ' of ' + keys.length);
      try {
        const answer = await ask({ask: what, key}, target);
        if (drops) taken.push(...(data.joins.length > 1 ? answer.rows.map(row => ({join: target.name, ...row})) : answer.rows));
        const n = drops ? answer.rows.length : answer.outcomes.length;
        if (!n) problems.push([key, 'there is nothing to ' + what]);
        else if (answer.failed) problems.push([key, answer.outcomes.join(', ')]);
        else { done++; gone.add(key); }
      } catch (e) {
        problems.push([key, e.message]);
      }
    }
    forgetSaved();
    dropped.push(...taken);
    if (target === join) selected.clear();
    const isKept = isByAge() && listing.lookedOn && target === join; // the whole store is not read again
    if (isKept) listing.rows = listing.rows.filter(row => !gone.has(row.key));
    report((drops ? 'Dropped' : 'Released') + ' what was under ' + plural(done, 'key') + ofOther(target) + '.' + (problems.length ? ' Not done for ' + plural(problems.length, 'key') + ':' : ''),
      problems.map(([key, problem]) => visible(key) + ': ' + visible(problem)));
    await refreshAll(isKept);
  }

  function report(text, lines) {
    $('result-text').textContent = text;
    $('result-list').replaceChildren(...lines.map(line => el('li', {}, line)));
    $('save').hidden = !dropped.length;
    $('save').textContent = 'Save what was dropped (' + number(dropped.length) + ')';
    $('result').hidden = false;
    $('result').focus();
    say(text);
  }

  /** Names a join that is no longer shown. */
  const ofOther = target => target === join ? '' : ' of ' + visible(target.name);

  async function reexamine() {
    const target = join;
    if (!await confirmed('Reexamine all joins?', 'Every join that waits is asked again whether it is whole, and those that are, are handed over. This reads the whole store.', [], 'Reexamine', false)) return;
    await trying(async () => {
      say('Reexamining');
      const answer = await ask({ask: 'reexamine'}, target);
      forgetSaved();
      report(plural(answer.joined, 'join') + ofOther(target) + ' handed over, ' + number(answer.failed) + ' failed.', answer.failures.map(failure => visible(failure)));
    });
    await refreshAll();
  }

  function forgetSaved() {
    if (isSaved) dropped = [];
    isSaved = false;
  }

  function save() {
    isSaved = true;
    const lines = dropped.map(row => JSON.stringify(row)).join('\n') + '\n';
    const url = URL.createObjectURL(new Blob([lines], {type: 'application/x-ndjson'}));
    el('a', {href: url, download: 'dropped.jsonl'}).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  }

  // ---- all of it ----

  /** @param again whether nobody asked for it */
  async function refreshAll(again) {
    clearTimeout(timer);
    const began = Date.now();
    await trying(async () => {
      if (!hasReadOn) await loadOverview();
      if (!again || !looking) await loadList(again);
    });
    schedule(Date.now() - began);
  }

  /** A slow server is asked less often. */
  function schedule(took) {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const busy = document.hidden || readingOn || looking || $('details').open || $('confirm').open || !$('auto').checked;
      if (busy) schedule(0);
      else await refreshAll(true);
    }, Math.max(REFRESH_MS, 10 * took));
  }

  async function choose() {
    join = data.joins.find(candidate => candidate.name === $('join').value);
    generation++;
    readingOn = hasReadOn = false;
    selected.clear();
    reason = '';
    $('status').value = $('lacks').value = $('order').value = $('key').value = '';
    listing = {cursors: [''], rows: [], next: null, now: data.now, found: null};
    $('drop').hidden = !!join.noDrop;
    $('no-drop').hidden = !join.noDrop;
    $('no-drop').textContent = $('details-no-drop').textContent = join.noDrop || '';
    $('reexamine').hidden = !data.changes || !join.reexamine;
    if (reports) {
      totals = {...reports[join.name], now: data.now};
      next = null;
      showOverview();
      await loadList();
    } else {
      await refreshAll();
    }
  }

  async function clearFilters() {
    $('status').value = $('lacks').value = $('order').value = '';
    reason = '';
    await applyFilter();
    $('status').focus();
  }

  if (!join) {
    show('There are no joins here.');
    return;
  }
  $('join').replaceChildren(...data.joins.map(candidate => el('option', {value: candidate.name}, visible(candidate.name))));
  $('mode').textContent = reports ? 'Report of ' + new Date(data.now).toLocaleString('en-GB') : data.changes ? 'Changes allowed' : 'Read-only';
  $('mode').classList.toggle('on', data.changes);
  $('refreshing').hidden = !!reports;
  $('join').onchange = choose;
  $('refresh').onclick = async () => { readingOn = hasReadOn = false; await refreshAll(); say('Refreshed.'); };
  $('read-on').onclick = readOn;
  $('status').onchange = $('lacks').onchange = $('order').onchange = applyFilter;
  [...$('order').options].forEach((option, i) => { option.textContent = (reports ? ['Most urgent first', 'Oldest first'] : ['As stored', 'Oldest first (reads all)'])[i]; });
  $('clear').onclick = clearFilters;
  $('reexamine').onclick = reexamine;
  $('search').onsubmit = async event => {
    event.preventDefault();
    if (!$('key').value) return;
    listing = {...listing, found: $('key').value};
    selected.clear();
    if (await trying(loadList)) say(plural(listing.rows.length, 'join') + ' found.');
  };
  $('first').onclick = async () => { listing.cursors = ['']; await trying(loadList); $('list').scrollIntoView(); };
  $('next').onclick = async () => { listing.cursors.push(listing.next); await trying(loadList); $('list').scrollIntoView(); say('Page ' + listing.cursors.length); };
  $('release').onclick = () => change('release', [...selected]);
  $('drop').onclick = () => change('drop', [...selected]);
  $('details-release').onclick = () => change('release', [shownRow.key]);
  $('details-drop').onclick = () => change('drop', [shownRow.key]);
  $('details-close').onclick = () => $('details').close();
  $('save').onclick = save;
  $('stop-looking').onclick = stopLooking;
  $('dismiss').onclick = () => { dropped = []; isSaved = false; $('result').hidden = true; $('list').focus(); };
  choose();
})();
