// ONNX Runtime, native CPU kernels: forward only, for it has no gradients here. One SoftmaxCrossEntropyLoss node.
import ort from 'onnxruntime-node'

/**
 * @typedef {import('../worker.mjs').Case} Case
 * @typedef {import('../worker.mjs').Data} Data
 * @param {{ threads: number }} options
 */
export const open = async ({ threads }) => ({
  async prepare(/** @type {Case} */ { shape }, /** @type {string} */ _mode, /** @type {Data} */ data) {
    const session = await ort.InferenceSession.create(model(shape.length), { intraOpNumThreads: threads, interOpNumThreads: 1 })
    const x = new ort.Tensor('float32', data.input, shape)
    const t = new ort.Tensor('int64', BigInt64Array.from(data.target, BigInt), [shape[0], ...shape.slice(2)])
    return { call: async () => Number((await session.run({ x, t })).loss.data[0]), release: () => session.release() }
  },
})

const [float, int64] = [1, 7]

/** The ModelProto of `loss = SoftmaxCrossEntropyLoss(x, t)`, by hand: https://onnx.ai/onnx/repo-docs/IR.html */
function model(/** @type {number} */ rank) {
  const node = [text(1, 'x'), text(1, 't'), text(2, 'loss'), text(4, 'SoftmaxCrossEntropyLoss')]
  const graph = [
    bytes(1, node),
    text(2, 'loss'),
    bytes(11, value('x', float, rank)),
    bytes(11, value('t', int64, rank - 1)),
    bytes(12, value('loss', float, 0)),
  ]
  return Uint8Array.from([...integer(1, 8), ...bytes(7, graph), ...bytes(8, [integer(2, 13)])])
}

/** @param {string} name @param {number} type @param {number} rank its sizes are left open */
function value(name, type, rank) {
  const sizes = Array.from({ length: rank }, (_, i) => bytes(1, [text(2, `${name}${i}`)]))
  return [text(1, name), bytes(2, [bytes(1, [integer(1, type), bytes(2, sizes)])])]
}

/** @typedef {number[]} Bytes */
/** @type {(field: number, n: number) => Bytes} */
const integer = (field, n) => [...varint(field << 3), ...varint(n)]
/** @type {(field: number, parts: Bytes[]) => Bytes} */
const bytes = (field, parts) => [...varint((field << 3) | 2), ...varint(parts.flat().length), ...parts.flat()]
/** @type {(field: number, s: string) => Bytes} */
const text = (field, s) => bytes(field, [[...Buffer.from(s)]])
/** @type {(n: number) => Bytes} */
const varint = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >>> 7)])
