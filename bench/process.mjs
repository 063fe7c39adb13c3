// The parent's end of worker.mjs: a child process that is asked one question at a time.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** @typedef {import('./subjects.mjs').Subject} Subject */

export class Worker {
  /** @param {Subject} subject */
  constructor({ command: [file, ...args], env }) {
    this.child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
    /** What the process said last, for when it dies. */
    this.complaint = ''
    /** @type {((answer: any) => void) | null} */
    this.waiting = null
    this.dead = false
    createInterface({ input: this.child.stdout }).on('line', (line) => line.startsWith('{') && this.settle(JSON.parse(line)))
    this.child.stderr.on('data', (chunk) => {
      this.complaint = String(chunk).trim().split('\n').at(-1) ?? ''
    })
    this.child.stdin.on('error', () => {}) // told by 'close'
    this.child.on('error', (error) => this.end(error.message))
    this.child.on('close', (code, signal) => this.end(`the process ended (${signal ?? code}) ${this.complaint}`))
    /** Settles when the subject is ready, with what stands in its way if anything does. */
    this.ready = this.answer(120)
  }

  /** @param {object} request @param {number} seconds @returns {Promise<any>} */
  ask(request, seconds) {
    if (this.dead) return Promise.resolve({ error: 'the process has ended' })
    const answer = this.answer(seconds)
    this.child.stdin.write(`${JSON.stringify(request)}\n`)
    return answer
  }

  /** @param {number} seconds @returns {Promise<any>} */
  answer(seconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.child.kill('SIGKILL')
        this.end(`no answer in ${seconds} s`)
      }, seconds * 1000)
      this.waiting = (answer) => {
        clearTimeout(timer)
        this.waiting = null
        resolve(answer)
      }
    })
  }

  /** @param {object} answer */
  settle(answer) {
    this.waiting?.(answer)
  }

  /** @param {string} error */
  end(error) {
    this.dead = true
    this.settle({ error })
  }

  stop() {
    this.child.stdin.end()
    setTimeout(() => this.child.kill('SIGKILL'), 2000).unref()
  }
}
