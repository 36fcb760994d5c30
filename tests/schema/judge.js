// SPDX-License-Identifier: MPL-2.0
// ajv says what values are to schemas. A question a line, { schemas: [{ schema, values }] } or { make, seed }, for which schemas
// and values are made; the answer has the schemas with their values and, for each, whether it keeps the schema; refused when ajv
// takes the schema for none.
'use strict';

const net = require('net');
const readline = require('readline');
const Ajv = require('ajv');

// Later ones (Debian 13's) have other options, formats apart, and no draft 4: they are as good as absent.
if (!require('ajv/package.json').version.startsWith('6.')) throw new Error('ajv 6 is wanted');

const DRAFTS = {
  4: 'http://json-schema.org/draft-04/schema#',
  6: 'http://json-schema.org/draft-06/schema#',
  7: 'http://json-schema.org/draft-07/schema#',
};

const make = draft => {
  const ajv = new Ajv({
    format: 'full', logger: false, unknownFormats: 'ignore', schemaId: draft === 4 ? 'id' : '$id',
    meta: draft === 7, formats: { ipv6: text => net.isIPv6(text) },
  });
  if (draft !== 7) ajv.addMetaSchema(require(`ajv/lib/refs/json-schema-draft-0${draft}.json`));
  return ajv;
};

const draftOf = schema => +Object.keys(DRAFTS).find(draft => DRAFTS[draft] === (schema || {}).$schema) || 7;

const ask = ({ schema, values }) => {
  const answer = { schema, values };
  try {
    const validate = make(draftOf(schema)).compile(schema);
    answer.kept = values.map(value => validate(value));
  } catch (e) {
    answer.refused = e.message;
  }
  return answer;
};

// ---- making

const dice = seed => () => { // mulberry32
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

const maker = seed => {
  const random = dice(seed);
  const below = n => Math.floor(random() * n);
  const one = list => list[below(list.length)];
  const some = (most, make) => Array.from({ length: below(most + 1) }, make);
  const names = ['a', 'b', 'c', 'a/b', 'a~b', 'é', ''];
  const texts = ['', 'a', 'ab', 'abc', 'é', 'a b', '1', '2026-01-31T23:59:59Z', '2026-02-30T00:00:00Z', 'http://example.com/',
    'a@example.com', '127.0.0.1', '256.0.0.1', '::1', 'example.com', '-a', '/a/b', '/a~2', 'a\n', '\t'];
  const numbers = [0, 1, -1, 2, 3, 1.5, -0.5, 10, 100, 1e3, 12, 1e15];
  const patterns = ['^a', 'b$', '^[a-c]+$', '\\d', '\\s', '^\\w*$', '[^a]', 'a|1', '(?!a)b', '^.$', '^$', 'x*'];
  const formats = ['date-time', 'date', 'email', 'ipv4', 'ipv6', 'hostname', 'json-pointer', 'nobodys'];
  const types = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'];
  const object = (list, make) => Object.fromEntries(list.map(name => [name, make()]));

  const value = depth => {
    const kind = below(depth > 0 ? 7 : 5);
    if (kind === 0) return one([null, true, false]);
    if (kind === 1 || kind === 2) return one(numbers);
    if (kind === 3 || kind === 4) return one(texts);
    if (kind === 5) return some(4, () => value(depth - 1));
    return object(some(4, () => one(names)), () => value(depth - 1));
  };

  const keywords = (draft, inside) => ({
    type: () => random() < 0.7 ? one(types) : [...new Set([one(types), one(types)])],
    enum: () => [...new Map(Array.from({ length: 1 + below(3) }, () => value(1)).map(v => [JSON.stringify(v), v])).values()],
    multipleOf: () => one([1, 2, 0.5, 3]),
    minimum: () => one(numbers), maximum: () => one(numbers),
    minLength: () => below(3), maxLength: () => below(4),
    pattern: () => one(patterns), format: () => one(formats),
    items: () => random() < 0.5 ? inside() : [inside(), inside()],
    additionalItems: () => random() < 0.4 ? random() < 0.5 : inside(),
    minItems: () => below(3), maxItems: () => below(4), uniqueItems: () => random() < 0.8,
    required: () => [...new Set([one(names), one(names)])],
    properties: () => object(some(3, () => one(names)), inside),
    patternProperties: () => object(some(2, () => one(patterns)), inside),
    additionalProperties: () => random() < 0.5 ? random() < 0.5 : inside(),
    minProperties: () => below(3), maxProperties: () => below(4),
    dependencies: () => object(some(2, () => one(names)), () => random() < 0.5 ? [one(names)] : inside()),
    allOf: () => [inside(), inside()], anyOf: () => [inside(), inside()], oneOf: () => [inside(), inside()],
    not: inside, $ref: () => one(['#/definitions/x', '#/definitions/y', '#']),
    ...(draft > 4 && {
      const: () => value(1), contains: inside, propertyNames: inside,
      exclusiveMinimum: () => one(numbers), exclusiveMaximum: () => one(numbers),
    }),
    ...(draft > 6 && { if: inside, then: inside, else: inside }),
  });

  const schema = (draft, depth, roots) => {
    const inside = () => schema(draft, depth - 1, roots);
    if (depth <= 0) {
      if (draft > 4 && random() < 0.3) return random() < 0.7;
      return random() < 0.6 ? { type: one(types) } : {};
    }
    const all = keywords(draft, inside);
    const made = {};
    for (let i = 1 + below(4); i > 0; i--) {
      const name = one(Object.keys(all));
      if (name === '$ref') { // which counts alone
        if (random() < 0.3) return { $ref: roots ? '#/definitions/y' : one(['#/definitions/x', '#/definitions/y']) };
        continue;
      }
      made[name] = all[name]();
    }
    if (draft === 4 && 'minimum' in made && random() < 0.5) made.exclusiveMinimum = random() < 0.7;
    if (draft === 4 && 'maximum' in made && random() < 0.5) made.exclusiveMaximum = random() < 0.7;
    return made;
  };

  return () => {
    const draft = one([4, 6, 7]);
    const made = schema(draft, 3, false);
    const root = typeof made === 'object' && !made.$ref ? made : { allOf: [made] };
    root.$schema = DRAFTS[draft];
    root.definitions = { x: schema(draft, 2, true), y: { type: one(types) } };
    return { schema: root, values: Array.from({ length: 8 }, () => value(3)) };
  };
};

console.log(JSON.stringify({ ready: true }));
readline.createInterface({ input: process.stdin }).on('line', line => {
  const { schemas, make: count, seed } = JSON.parse(line);
  const next = maker(seed);
  console.log(JSON.stringify((schemas || Array.from({ length: count }, next)).map(ask)));
});
