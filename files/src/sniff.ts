import { show } from './text.ts'

/** What a file seems to be, in words that follow "received", and how to get a .npy out of it. */
export interface Sniffed {
  readonly what: string
  readonly repair: string
}

const PYTHON = 'in Python: '
const MANGLED = 'a .npy file that was read as text, which destroys it'
const READ_AS_BYTES = 'read it as bytes: readFileSync(path), response.arrayBuffer()'

/** By the first bytes, written as Latin-1. Order matters only where one magic starts another. */
const MAGICS: readonly (readonly [magic: string, what: string, repair: string])[] = [
  ['\x93NUMPY', 'a NumPy array (.npy)', 'give the file the extension .npy'],
  ['\xef\xbf\xbdNUMPY', MANGLED, READ_AS_BYTES],
  ['\xc2\x93NUMPY', MANGLED, READ_AS_BYTES],
  [
    'PK\x03\x04',
    'a ZIP archive (.npz, or .pt of PyTorch)',
    `${PYTHON}np.save(path, np.load(file)['name']), or np.save(path, torch.load(file).numpy())`,
  ],
  ['PK\x05\x06', 'an empty ZIP archive (.npz without arrays)', 'np.savez was given no array: save again'],
  ['\x89PNG\r\n\x1a\n', 'a PNG image', `${PYTHON}np.save(path, np.array(PIL.Image.open(file)))`],
  ['\xff\xd8\xff', 'a JPEG image', `${PYTHON}np.save(path, np.array(PIL.Image.open(file)))`],
  ['II*\x00', 'a TIFF image', `${PYTHON}np.save(path, tifffile.imread(file))`],
  ['MM\x00*', 'a TIFF image', `${PYTHON}np.save(path, tifffile.imread(file))`],
  ['\x89HDF\r\n\x1a\n', 'an HDF5 file', `${PYTHON}np.save(path, h5py.File(file)['name'][()])`],
  ['\x1f\x8b', 'a gzip file', 'unpack it first: gunzip file.gz'],
  ['PAR1', 'a Parquet file', `${PYTHON}np.save(path, pandas.read_parquet(file)['column'].to_numpy())`],
  ['ARROW1', 'an Arrow file', `${PYTHON}np.save(path, pandas.read_feather(file)['column'].to_numpy())`],
  ['MATLAB 5.0', 'a MATLAB file', `${PYTHON}np.save(path, scipy.io.loadmat(file)['name'])`],
  ['version https://git-lfs', 'a Git LFS pointer, not the file it stands for', 'git lfs pull'],
]

/** Names a file that is not what was wanted; never throws, whatever the bytes. */
export function sniff(bytes: Uint8Array): Sniffed {
  for (const [magic, what, repair] of MAGICS) if (startsWith(bytes, magic)) return { what, repair }
  if (isPickle(bytes)) {
    return {
      what: 'a Python pickle, which is refused because loading one runs whatever code it holds',
      repair: `${PYTHON}np.save(path, np.asarray(pickle.load(open(file, 'rb')))), if you trust the file`,
    }
  }
  if (isSafetensors(bytes)) {
    return { what: 'what looks like a safetensors file', repair: `${PYTHON}np.save(path, safetensors.numpy.load_file(file)['name'])` }
  }
  if (isText(bytes)) {
    if (bytes[0] === 0x3c) {
      return { what: 'an HTML or XML page, perhaps the error page of a failed download', repair: 'download the file itself' }
    }
    return { what: `text (CSV, JSON ...): ${show(bytes, 30)}`, repair: `${PYTHON}np.save(path, np.loadtxt(file, delimiter=','))` }
  }
  return { what: bytes.length === 0 ? 'an empty file' : `a file that starts with ${hex(bytes)}`, repair: `${PYTHON}np.save(path, a)` }
}

export function startsWith(bytes: Uint8Array, magic: string): boolean {
  if (bytes.length < magic.length) return false
  for (let i = 0; i < magic.length; i++) if (bytes[i] !== magic.charCodeAt(i)) return false
  return true
}

/** Protocols 2 to 5 open with PROTO and end with STOP, '.'. */
function isPickle(bytes: Uint8Array): boolean {
  return bytes[0] === 0x80 && bytes[1] >= 2 && bytes[1] <= 5 && bytes[bytes.length - 1] === 0x2e
}

/** The length of a JSON header, little endian in 8 bytes, then the header, which opens with '{'. */
function isSafetensors(bytes: Uint8Array): boolean {
  if (bytes[8] !== 0x7b || bytes[6] !== 0 || bytes[7] !== 0) return false
  let length = 0
  for (let i = 5; i >= 0; i--) length = length * 256 + bytes[i]
  return 8 + length <= bytes.length
}

/** No control characters but white space, and at most a few bytes outside ASCII, in the first lines. */
function isText(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, 256)
  const ascii = start.filter((byte) => (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d)).length
  const beyond = start.filter((byte) => byte >= 0x80).length
  return start.length > 0 && ascii + beyond === start.length && beyond <= ascii / 4
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ')
}
