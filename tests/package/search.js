// SPDX-License-Identifier: MPL-2.0
// The search of the reference, as a browser has it that was given files and no server: search.js FOLDER
const fs = require('fs');
const folder = process.argv[2];

function element() {
  return {
    children: [],
    value: '',
    on: {},
    set textContent(text) { this.text = text; if (!text) this.children = []; },
    get textContent() { return this.text; },
    append(...more) { this.children.push(...more); },
    addEventListener(name, run) { this.on[name] = run; },
  };
}

const field = element();
const list = element();
const document = {
  getElementById: id => (id === 'search' ? field : list),
  createElement: element,
  addEventListener() {},
};
new Function('document', ['index.js', 'search.js'].map(name => fs.readFileSync(`${folder}/${name}`, 'utf8')).join('\n'))(document);

function search(words) {
  field.value = words;
  field.on.input();
  return list.children.map(item => item.children[0]);
}

const wanted = {
  'tc_queue_claim_work': 'queue.h.html#tc_queue_claim_work',
  'CLAIM_WORK': 'queue.h.html#tc_queue_claim_work',
  'create artifact queue': 'queue.h.html#tc_queue_create_artifact',
  'tc_release': 'base.h.html#tc_release',
  'TC_ERROR_HTTP': 'error.h.html#TC_ERROR_HTTP',
  'signed urls': 'api-call.html#signed-urls',
};
let wrong = 0;
for (const [words, address] of Object.entries(wanted)) {
  const found = search(words).map(link => link.href);
  if (found.slice(0, 3).includes(address)) continue;
  console.error(`"${words}" finds ${found.slice(0, 5).join(' ') || 'nothing'}; expected ${address}`);
  wrong = 1;
}
if (search('no such thing whatever').length !== 0) wrong = 1;
process.exit(wrong);
