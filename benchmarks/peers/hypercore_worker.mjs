// In a folder where hypercore is installed: append events. Prints events a second, batched and one by one.
// Arguments: file of batched events, file of single events, events of a batch, folder of the core.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const [batched, singles, batch, folder] = process.argv.slice(2)
const Hypercore = createRequire(join(process.cwd(), 'package.json'))('hypercore')

function read(path) {
  const data = readFileSync(path)
  const found = []
  for (let at = 0; at < data.length; ) {
    const length = data.readUInt32BE(at)
    found.push(data.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return found
}

async function timed(core, events, size) {
  const begun = performance.now()
  for (let start = 0; start < events.length; start += size) await core.append(events.slice(start, start + size))
  return (events.length * 1000) / (performance.now() - begun)
}

const core = new Hypercore(folder)
await core.ready()
const many = await timed(core, read(batched), Number(batch))
const one = await timed(core, read(singles), 1)
process.stdout.write(JSON.stringify({ batched: many, sequential: one, events: core.length }) + '\n')
await core.close()
