#!/usr/bin/env node
// Writes sbom.cdx.json (CycloneDX 1.5) and THIRD-PARTY-LICENSES.txt: what the program consists of, by the program's own word for
// Go's modules and by package-lock.json for the page.
//
//   build/sbom PROGRAM VERSION FOLDER
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
const [program, version, folder] = process.argv.slice(2)
const run = (...words) => execFileSync(words[0], words.slice(1), { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 })

// The licence of a text, by words that only it has.
const known = [
  ['Apache-2.0', /Apache License,?\s+Version 2\.0/], ['MPL-2.0', /Mozilla Public License,?\s+(version|v\.) ?2\.0/i],
  ['ISC', /Permission to use, copy, modify, and\/or distribute this software/], ['MIT', /Permission is hereby granted, free of charge/],
  ['BSD-3-Clause', /Neither the name/], ['BSD-2-Clause', /Redistribution and use in source and binary forms/],
]
const licenceOf = (text) => known.find(([, words]) => words.test(text.replace(/\s+/g, ' ')))?.[0]
const texts = (dir) => (existsSync(dir) ? readdirSync(dir) : []).filter((f) => /^(licen[cs]e|copying|notice)/i.test(f)).sort()
  .map((f) => path.join(dir, f)).filter((f) => !f.endsWith('.go')).map((f) => { try { return readFileSync(f, 'utf8') } catch { return '' } }).filter(Boolean)

const built = run('go', 'version', '-m', program).split('\n').map((line) => line.trim().split(/\s+/))
const wanted = built.filter(([kind]) => kind === 'dep').map(([, name, at]) => ({ name, at }))
const places = Object.fromEntries(run('go', 'list', '-m', '-f', '{{.Path}}\t{{.Dir}}', ...wanted.map((m) => m.name)).trim().split('\n').map((l) => l.split('\t')))
const parts = wanted.map(({ name, at }) => ({ name, at, purl: `pkg:golang/${name}@${at}`, texts: texts(places[name] ?? '') }))
const go = built.find(([, , said]) => said?.startsWith('go1'))?.[2] ?? run('go', 'env', 'GOVERSION').trim()
parts.push({ name: 'std', at: go.replace(/^go/, ''), purl: `pkg:golang/std@${go.replace(/^go/, '')}`, texts: texts(run('go', 'env', 'GOROOT').trim()) })

const lock = JSON.parse(readFileSync(path.join(root, 'frontend/package-lock.json'), 'utf8')).packages
for (const [place, p] of Object.entries(lock)) {
  if (!place || (p.dev && !/node_modules\/(svelte|@lucide\/svelte)$/.test(place))) continue
  const name = place.replace(/^.*node_modules\//, '')
  parts.push({ name, at: p.version, licence: p.license, purl: `pkg:npm/${name.replace('@', '%40')}@${p.version}`, texts: texts(path.join(root, 'frontend', place)) })
}
parts.sort((a, b) => (a.purl < b.purl ? -1 : 1))

const component = ({ name, at, purl, licence, texts }) => {
  const id = licence ?? licenceOf(texts.join('\n'))
  return { type: 'library', 'bom-ref': purl, name, version: at, purl, ...(id ? { licenses: [{ license: { id } }] } : {}) }
}
const bom = {
  bomFormat: 'CycloneDX', specVersion: '1.5', version: 1,
  metadata: { component: { type: 'application', 'bom-ref': 'avatar-launcher', name: 'avatar-launcher', version, licenses: [{ license: { id: 'Apache-2.0' } }] } },
  components: parts.map(component),
}
writeFileSync(path.join(folder, 'sbom.cdx.json'), `${JSON.stringify(bom, null, 1)}\n`)
const bare = parts.filter((p) => p.texts.length === 0).map((p) => p.name)
if (bare.length > 0) console.error(`No licence text was found for ${bare.join(', ')}.`)
writeFileSync(path.join(folder, 'THIRD-PARTY-LICENSES.txt'), parts.map((p) => `${'='.repeat(80)}\n${p.name} ${p.at}\n\n${p.texts.join('\n')}`).join('\n'))
