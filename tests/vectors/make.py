#!/usr/bin/env python3
"""Makes bundle.json, repository.json, git_map.json, fold_parts.json, history.json and index.json from the pages hn-bundle(5),
hn-repository(5), hn-store(5) and hn-index(5) alone, with Python's own BLAKE2b: a second implementation of these formats. Entries and
blocks, which it cannot sign or compress, are taken from log.json and store.json.

  make.py          writes the files
  make.py --check  says whether they are what would be written
"""
import json
import sys
from hashlib import blake2b
from pathlib import Path

HERE = Path(__file__).parent
LOG = json.loads((HERE / "log.json").read_text())
STORE = json.loads((HERE / "store.json").read_text())
KINDS = {"chunk": 1, "list": 2, "tree": 3, "conflict": 4, "commit": 5, "tag": 6, "raw": 7, "manifest": 8}


def digest(purpose, data):
    return blake2b(data, digest_size=32, person=purpose.encode().ljust(16, b"\0")).digest()


def varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def zigzag(n):
    return varint(2 * n if n >= 0 else -2 * n - 1)


def sized(data):
    data = data.encode() if isinstance(data, str) else data
    return varint(len(data)) + data


def optional(data):
    return b"\0" if data is None else b"\1" + data


# Bundles

MAGIC = b"hn-bundle 1\n"
LIMIT = 263168
ENTRIES = [bytes.fromhex(e["bytes"]) for e in LOG["entries"]]
IDS = [e["id"] for e in LOG["entries"]]
GENESIS = ENTRIES[IDS.index(LOG["repository"])]


def record(kind, data):
    return bytes([kind]) + varint(len(data)) + data


def ended(data):
    data += b"\3" + varint(32)
    return data + digest("hn.bundle", data)


def block(v, **other):
    v = {**v, **other}
    plain = v.get("plain", STORED_PLAIN.get(v["address"]))
    out = bytes.fromhex(v["address"]) + bytes([v.get("kind_number", KINDS.get(v["kind"])), v["form"]])
    if v["form"] == 2:
        out += bytes.fromhex(v["base"])
    return out + varint(plain) + sized(bytes.fromhex(v["stored"]))


RAW, ZSTD, DELTA = STORE["records"]
# The plain length stands in bytes 12 to 15 of a record of hn-store(5).
STORED_PLAIN = {r["address"]: int.from_bytes(bytes.fromhex(r["bytes"])[12:16], "little")
                for r in STORE["records"]}
assert STORED_PLAIN[RAW["address"]] == 6 and digest("hn.chunk", b"hello\n").hex() == RAW["address"]


def bundle(*records):
    return ended(MAGIC + b"".join(records))


def bundles():
    all_entries = [record(1, e) for e in ENTRIES]
    genesis = record(1, GENESIS)
    blocks = [record(2, block(b)) for b in (RAW, ZSTD, DELTA)]
    valid = []

    def good(name, data, entries=0, addresses=()):
        valid.append({"name": name, "bytes": data.hex(), "entries": entries, "blocks": list(addresses)})

    good("nothing at all", bundle())
    good("the genesis", bundle(genesis), 1)
    good("every entry", bundle(*all_entries), len(ENTRIES))
    good("an entry twice", bundle(genesis, genesis), 1)
    good("blocks in forms 0, 1 and 2", bundle(genesis, *blocks), 1,
         [b["address"] for b in (RAW, ZSTD, DELTA)])
    good("a block twice", bundle(blocks[0], blocks[0]), 0, [RAW["address"]])
    good("blocks before entries", bundle(blocks[0], genesis), 1, [RAW["address"]])
    good("a record of a later type", bundle(record(9, b"from a later version"), blocks[0]), 0, [RAW["address"]])

    damaged = []

    def bad(why, data, code):
        damaged.append({"why": why, "bytes": data.hex(), "code": code})

    whole = bundle(genesis, *blocks)
    bad("no bytes", b"", "damaged")
    bad("an earlier format", ended(b"hn-bundle 0\n"), "invalid")
    bad("a later format", ended(b"hn-bundle 2\n"), "invalid")
    bad("no bundle", ended(b"#!/bin/sh\nexit"), "invalid")
    bad("cut short in the magic", MAGIC[:7], "damaged")
    bad("cut short in an entry", whole[:100], "damaged")
    bad("cut short in a block", whole[:len(MAGIC + genesis) + 40], "damaged")
    bad("cut short before the end", whole[:-34], "damaged")
    bad("cut short in the hash", whole[:-1], "damaged")
    bad("a wrong hash", whole[:-1] + bytes([whole[-1] ^ 1]), "damaged")
    bad("a byte behind the end", whole + b"\0", "damaged")
    bad("an end of 31 bytes", whole[:-33] + varint(31) + whole[-31:], "damaged")
    bad("a record of another type changed on the way",
        bundle(record(9, b"abc"), blocks[0]).replace(b"abc", b"abd"), "damaged")
    bad("a record over the limit", MAGIC + b"\x09" + varint(LIMIT + 1) + bytes(16), "invalid")
    bad("a record of 2^63 bytes", MAGIC + b"\x09" + varint(1 << 63), "invalid")
    bad("a length that has no end", MAGIC + b"\x01" + b"\xff" * 16, "damaged")
    bad("a length in a longer form than needed", MAGIC + b"\x09\x80\x00", "damaged")
    bad("an entry with a wrong signature", bundle(record(1, GENESIS[:-1] + bytes([GENESIS[-1] ^ 1]))), "invalid")
    bad("an entry that is none", bundle(record(1, GENESIS[:-1])), "invalid")
    other = bytearray(ENTRIES[1])
    other[1] ^= 1
    bad("an entry of another repository", bundle(record(1, bytes(other))), "refused")

    def bad_block(why, data, before=()):
        bad(why, bundle(genesis, *before, record(2, data)), "invalid")

    bad_block("a block that has another address", block({**RAW, "address": "11" * 32, "plain": 6}))
    bad_block("a block of another kind", block(RAW, kind="raw"))
    bad_block("a block of no kind", block(RAW, kind_number=0))
    bad_block("a block of an unknown kind", block(RAW, kind_number=9))
    bad_block("a block of an unknown form", block(RAW, form=4))
    bad_block("a block longer than it says", block(RAW, plain=5))
    bad_block("a block shorter than it says", block(RAW, plain=7))
    bad_block("a plain length over the limit", block(RAW, plain=262145))
    bad_block("a byte behind the block", block(RAW) + b"\0")
    bad_block("a block cut short", block(RAW)[:-1])
    bad_block("a block without bytes", block(RAW)[:40])
    bad_block("a compressed block that is not compressed", block(RAW, form=1))
    bad_block("a compressed block that was changed",
              block(ZSTD, stored=ZSTD["stored"][:-2] + "00"))
    bad_block("a block whose base is nowhere", block(DELTA))
    bad("a block whose base stands behind it", bundle(record(2, block(DELTA)), record(2, block(ZSTD))), "invalid")
    bad_block("a block with the wrong base", block(DELTA, base=RAW["address"]), [record(2, block(RAW))])
    return {"page": "hn-bundle(5)", "repository": LOG["repository"], "valid": valid, "damaged": damaged}


# Records

def branch(name, ident=None):
    return sized(name) + optional(ident)


def records():
    a, b, c, d = (bytes([n]) * 32 for n in (0x0a, 0x0b, 0x0c, 0x0d))
    number = bytes(range(16))
    valid = []

    def good(record_kind, name, data, **fields):
        valid.append({"record": record_kind, "name": name, "bytes": (b"\0" + data).hex(), **fields})

    def store(label, place):
        return number + a + b + sized(label) + sized(place)

    place = "0123456789abcdef0123456789abcdef 64769 131073"
    good("store", "of this machine", store("anna-laptop", place), instance=number.hex(), repository=a.hex(),
         device=b.hex(), label="anna-laptop", place=place)
    good("store", "of empty texts", store("", ""), instance=number.hex(), repository=a.hex(), device=b.hex(),
         label="", place="")
    good("worktree", "before the first commit", branch("main") + optional(None),
         branch="main", id=None, base=None)
    good("worktree", "on a commit of a branch", branch("fix/it", a) + optional(b),
         branch="fix/it", id=a.hex(), base=b.hex())
    good("draft", "of a new branch", b"\0" + branch("fix") + bytes([5]) + c + varint(0),
         tag=False, branch="fix", id=None, kind=5, target=c.hex(), rewrites=[])
    good("draft", "of a branch, rewriting two", b"\0" + branch("main", a) + bytes([5]) + c + varint(2) + b + d,
         tag=False, branch="main", id=a.hex(), kind=5, target=c.hex(), rewrites=[b.hex(), d.hex()])
    good("draft", "of a tag", b"\1" + branch("v1") + bytes([6]) + c + varint(0),
         tag=True, branch="v1", id=None, kind=6, target=c.hex(), rewrites=[])
    good("draft", "of a deletion", b"\0" + branch("old", a) + b"\0" + varint(1) + b,
         tag=False, branch="old", id=a.hex(), kind=0, target=None, rewrites=[b.hex()])
    good("peer", "that was called", a + optional(b) + sized("bob") + varint(2) + sized("192.0.2.1:4697") +
         sized("[2001:db8::1]:4697") + zigzag(1700000000), transport=a.hex(), device=b.hex(), label="bob",
         addresses=["192.0.2.1:4697", "[2001:db8::1]:4697"], last_met=1700000000)
    good("peer", "of no device, met before 1970", a + optional(None) + sized("") + varint(0) + zigzag(-1),
         transport=a.hex(), device=None, label="", addresses=[], last_met=-1)
    good("peer", "of eight addresses", a + optional(None) + sized("x") + varint(8) + sized("a:1") * 8 + zigzag(0),
         transport=a.hex(), device=None, label="x", addresses=["a:1"] * 8, last_met=0)
    good("traffic", "more taken than given", varint(300) + varint(7), taken=300, given=7)
    good("receipt", "of a whole history", a + b + c + b"\x55" * 64 + varint(300) + zigzag(1700000000),
         device=a.hex(), frontier=b.hex(), state=c.hex(), signature="55" * 64, own=300, when=1700000000)
    good("invitation", "to read, open", number + b"\1" + optional(None) + optional(None),
         secret=number.hex(), right=1, branch=None, used_by=None)
    good("invitation", "to write one branch, used", number + b"\2" + optional(a) + optional(b),
         secret=number.hex(), right=2, branch=a.hex(), used_by=b.hex())
    good("invitation", "of an admin", number + b"\3" + optional(None) + optional(b),
         secret=number.hex(), right=3, branch=None, used_by=b.hex())
    good("operation", "the first commit", sized("commit") + zigzag(1700000000) + branch("main", a) +
         optional(None) + optional(b) + optional(None), what="commit", when=1700000000, branch="main", id=a.hex(),
         before=None, after=b.hex(), base_before=None)
    good("operation", "a branch deleted", sized("delete branch") + zigzag(-5) + branch("old") +
         optional(b) + optional(None) + optional(c), what="delete branch", when=-5, branch="old", id=None,
         before=b.hex(), after=None, base_before=c.hex())
    good("fold", "of one head", varint(1) + a + varint(0) + a + varint(0),
         heads=[a.hex()], seniority=[0], commit=a.hex(), conflicts=[])
    good("fold", "of two heads, in conflict", varint(2) + a + b + varint(1) + varint(0) + c + varint(2) +
         sized("a b") + sized("folder/\u00e4"), heads=[a.hex(), b.hex()], seniority=[1, 0], commit=c.hex(),
         conflicts=["a b", "folder/\u00e4"])

    def ref(tag, name, git, kind, target):
        return bytes([tag]) + sized(name) + sized(git) + bytes([kind]) + target

    sha1, sha256 = b"\x11" * 20, b"\x22" * 32
    main = ref(0, "main", sha1, 5, a)
    good("import", "of a branch and a tag", sized("/home/anna/tool") + varint(2) + main + ref(1, "v1", sha256, 6, b),
         source="/home/anna/tool",
         refs=[{"tag": False, "name": "main", "git": sha1.hex(), "kind": 5, "target": a.hex()},
               {"tag": True, "name": "v1", "git": sha256.hex(), "kind": 6, "target": b.hex()}])
    good("import", "of nothing", sized("/x") + varint(0), source="/x", refs=[])
    good("tracked", "two files", varint(2) + sized("a/b.o") + sized("a.o"), paths=["a/b.o", "a.o"])
    low, high = sorted((a, b))
    good("given_up", "nothing", varint(0), since=[])
    good("given_up", "two things", varint(2) + low + zigzag(1700000000) + high + zigzag(-1),
         since=[{"id": low.hex(), "since": 1700000000}, {"id": high.hex(), "since": -1}])

    good("collected", "never an operation", varint(0), operations=0)
    good("collected", "a thousand operations", varint(1000), operations=1000)

    damaged = []

    def bad(kind, why, data):
        damaged.append({"record": kind, "why": why, "bytes": data.hex()})

    seen = set()
    for v in valid:
        data = bytes.fromhex(v["bytes"])
        bad(v["record"], v["name"] + ": cut short", data[:-1])
        bad(v["record"], v["name"] + ": a byte behind", data + b"\0")
        if v["record"] not in seen:
            seen.add(v["record"])
            bad(v["record"], "no bytes", b"")
            bad(v["record"], "a format alone", b"\0")
            bad(v["record"], "another format", b"\1" + data[1:])
    zero = b"\0"
    bad("store", "a label longer than the record", zero + number + a + b + varint(65536) + b"x" * 9)
    bad("store", "a length in a longer form than needed", zero + number + a + b + b"\x80\0\0")
    bad("worktree", "a flag of 2", zero + sized("main") + b"\2" + a + b"\0")
    bad("worktree", "a base's flag of 255", zero + branch("main") + b"\xff" + a)
    bad("worktree", "a branch of 1025 bytes", zero + branch("x" * 1025) + b"\0")
    bad("draft", "a tag flag of 2", zero + b"\2" + branch("v1") + bytes([6]) + c + b"\0")
    bad("draft", "an unknown kind", zero + b"\0" + branch("main") + bytes([9]) + c + b"\0")
    bad("draft", "more rewrites than bytes", zero + b"\0" + branch("main") + bytes([5]) + c + varint(2) + a)
    bad("draft", "2^63 rewrites", zero + b"\0" + branch("main") + bytes([5]) + c + varint(1 << 63))
    bad("peer", "nine addresses", zero + a + b"\0" + sized("") + varint(9) + sized("a:1") * 9 + zigzag(0))
    bad("peer", "a label longer than the record", zero + a + b"\0" + varint(1 << 40))
    bad("traffic", "a number that is not in its shortest form", zero + b"\xac\x82\x00\x07")
    bad("receipt", "a signature cut short", zero + a + b + c + b"\x55" * 63)
    bad("receipt", "a byte too many", zero + a + b + c + b"\x55" * 64 + varint(1) + zigzag(1) + b"\0")
    bad("invitation", "right 0", zero + number + b"\0\0\0")
    bad("invitation", "right 4", zero + number + b"\4\0\0")
    bad("invitation", "a flag of 2", zero + number + b"\1\2" + a + b"\0")
    bad("operation", "a time over 64 bits", zero + sized("commit") + b"\xff" * 9 + b"\x02" + branch("main") + b"\0\0\0")
    bad("fold", "more heads than bytes", zero + varint(3) + a)
    bad("fold", "2^63 heads", zero + varint(1 << 63) + a * 3)
    bad("fold", "a place over the limit", zero + varint(1) + a + varint(1048577) + a + varint(0))
    bad("fold", "more conflicts than bytes", zero + varint(1) + a + varint(0) + a + varint(2) + b"\0")
    bad("given_up", "out of order", zero + varint(2) + high + zigzag(1) + low + zigzag(1))
    bad("given_up", "one thing twice", zero + varint(2) + low + zigzag(1) + low + zigzag(2))
    bad("given_up", "more things than bytes", zero + varint(3) + low + zigzag(1) + high + zigzag(1))
    bad("given_up", "2^63 things", zero + varint(1 << 63) + low + zigzag(1))
    bad("collected", "over 64 bits", zero + b"\xff" * 9 + b"\x02")
    one = zero + sized("/x") + varint(1)
    bad("import", "a git id of 21 bytes", one + ref(0, "m", b"\x11" * 21, 5, a))
    bad("import", "a tag flag of 2", one + ref(2, "m", sha1, 5, a))
    bad("import", "kind 0", one + ref(0, "m", sha1, 0, a))
    bad("import", "more references than bytes", zero + sized("/x") + varint(2) + main)
    bad("import", "2^63 references", zero + sized("/x") + varint(1 << 63) + main)
    bad("tracked", "out of order", zero + varint(2) + sized("b") + sized("a"))
    bad("tracked", "a path twice", zero + varint(2) + sized("a") + sized("a"))
    bad("tracked", "more paths than bytes", zero + varint(3) + sized("a"))
    return {"page": "hn-repository(5)", "valid": valid, "damaged": damaged}


def git_maps():
    def sealed(data):
        return data + digest("hn.gitmap", data)

    def rows(*pairs, count=None):
        body = b"".join(i + bytes([len(g)]) + g for i, g in pairs)
        return b"hngitmap" + bytes(4) + varint(len(pairs) if count is None else count) + body

    low, high = bytes([1]) * 32, bytes([2]) * 32
    sha1, sha256 = b"\x11" * 20, b"\x22" * 32
    valid = [{"name": name, "bytes": sealed(rows(*pairs)).hex(),
              "rows": [{"id": i.hex(), "git": g.hex()} for i, g in pairs]}
             for name, pairs in (("no rows", ()), ("an id of each length", ((low, sha1), (high, sha256))),
                                ("a commit that went out in both", ((low, sha1), (low, sha256), (high, sha1))))]
    good = rows((low, sha1), (high, sha256))
    damaged = [{"why": why, "bytes": data.hex()} for why, data in (
        ("no bytes", b""), ("no hash", good), ("another hash", sealed(good)[:-1] + b"\0"),
        ("another name", sealed(b"hngitmaq" + good[8:])), ("another version", sealed(b"hngitmap\1" + good[9:])),
        ("a byte behind the rows", sealed(good + b"\0")), ("a byte behind the hash", sealed(good) + b"\0"),
        ("more rows than bytes", sealed(rows((low, sha1), count=2))),
        ("2^63 rows", sealed(rows((low, sha1), count=1 << 63))),
        ("descending ids", sealed(rows((high, sha1), (low, sha256)))), ("an id twice", sealed(rows((low, sha1), (low, sha1)))),
        ("an id twice, the longer first", sealed(rows((low, sha256), (low, sha1)))),
        ("a git id of 21 bytes", sealed(rows((low, sha1 + b"\0")))), ("a git id of none", sealed(rows((low, b"")))))]
    return {"page": "hn-repository(5)", "valid": valid, "damaged": damaged}


def fold_parts():
    def sealed(data):
        return data + digest("hn.fold.parts", data)

    def value(mode, id=b""):
        return bytes([mode]) + (bytes([len(id)]) + id if mode else b"")

    def row(key, lost, values, conflicts=()):
        return (key + bytes([lost]) + varint(len(values)) + b"".join(values) + varint(len(conflicts)) +
                b"".join(varint(len(path)) + path for path in conflicts))

    def parts(*rows, count=None):
        return b"hnparts0" + varint(len(rows) if count is None else count) + b"".join(rows)

    low, high, id, sha1 = bytes([1]) * 32, bytes([2]) * 32, b"\x33" * 32, b"\x11" * 20
    file, folder, module, nothing = value(1, id), value(4, id), value(5, sha1), value(0)
    one = row(low, 0, [file])
    valid = [{"name": name, "bytes": sealed(parts(*rows)).hex(), "rows": len(rows)} for name, rows in (
        ("no rows", ()), ("a file", (one,)), ("a folder with conflicts", (row(low, 1, [folder], (b"a", b"b/c")),)),
        ("a conflict, and nothing", (row(low, 0, [file, nothing, module]), row(high, 0, [nothing]))))]
    damaged = [{"why": why, "bytes": data.hex()} for why, data in (
        ("no bytes", b""), ("no hash", parts(one)), ("another hash", sealed(parts(one))[:-1] + b"\0"),
        ("another version", sealed(b"hnparts1" + parts(one)[8:])), ("a byte behind the rows", sealed(parts(one) + b"\0")),
        ("more rows than bytes", sealed(parts(one, count=2))), ("2^63 rows", sealed(parts(one, count=1 << 63))),
        ("descending keys", sealed(parts(row(high, 0, [file]), one))), ("a key twice", sealed(parts(one, one))),
        ("neither lost nor not", sealed(parts(row(low, 2, [file])))), ("no value", sealed(parts(row(low, 0, [])))),
        ("two values", sealed(parts(row(low, 0, [file, file])))), ("mode 7", sealed(parts(row(low, 0, [value(7, id)])))),
        ("a file with git's id", sealed(parts(row(low, 0, [value(1, sha1)])))),
        ("an id of 21 bytes", sealed(parts(row(low, 0, [value(5, sha1 + b"\0")])))),
        ("a path beyond the end", sealed(parts(row(low, 0, [file]))[:-1] + b"\1\x7f")))]
    return {"page": "hn-repository(5)", "valid": valid, "damaged": damaged}


# The history index

M64 = (1 << 64) - 1
P1, P2, P3, P4, P5 = (11400714785074694791, 14029467366897019727, 1609587929392839161, 9650029242287828579,
                      2870177450012600261)
NONE, TOP = 0xffffffff, 0x80000000


def u32(n):
    return n.to_bytes(4, "little")


def u64(n):
    return n.to_bytes(8, "little")


def xxh64(data):
    def rotl(x, r):
        return ((x << r) | (x >> (64 - r))) & M64

    def turn(acc, lane):
        return rotl((acc + lane * P2) & M64, 31) * P1 & M64

    at, n = 0, len(data)
    if n >= 32:
        v = [(P1 + P2) & M64, P2, 0, -P1 & M64]
        while at + 32 <= n:
            for i in range(4):
                v[i] = turn(v[i], int.from_bytes(data[at + 8 * i:at + 8 * i + 8], "little"))
            at += 32
        h = (rotl(v[0], 1) + rotl(v[1], 7) + rotl(v[2], 12) + rotl(v[3], 18)) & M64
        for lane in v:
            h = ((h ^ turn(0, lane)) * P1 + P4) & M64
    else:
        h = P5
    h = (h + n) & M64
    while at + 8 <= n:
        h = (rotl(h ^ turn(0, int.from_bytes(data[at:at + 8], "little")), 27) * P1 + P4) & M64
        at += 8
    if at + 4 <= n:
        h = (rotl(h ^ int.from_bytes(data[at:at + 4], "little") * P1 & M64, 23) * P2 + P3) & M64
        at += 4
    for byte in data[at:]:
        h = rotl(h ^ byte * P5 & M64, 11) * P1 & M64
    h = (h ^ (h >> 33)) * P2 & M64
    h = (h ^ (h >> 29)) * P3 & M64
    return h ^ (h >> 32)


for known in STORE["checksums"]:
    assert u64(xxh64(known["text"].encode())).hex() == known["checksum"]


def path_filter(paths, second=None):
    """Of files and of all folders above them; `second` are the files of a second parent, with the same contents."""
    every = {path[:i] for path in paths for i in range(len(path) + 1) if path[i:i + 1] in ("/", "")}
    if not every or len(every) > 512:
        return b"\0" if not every else b"\xff"

    def below(all, path):
        return {p for p in all if p == path or p.startswith(path + "/")}
    keys = {}
    for path in every:
        key = bytearray(u64(xxh64(path.encode()))[:6])
        key[5] &= 0x7f
        same = second is not None and below(paths, path) == below(second, path)
        keys[bytes(key)] = 0x80 if same else 0
    return b"".join(key[:5] + bytes([key[5] | keys[key]]) for key in sorted(keys))


def layer(commits, tags, owner, below=0, rows_below=0, spoil=lambda rows, tables: None, format=2, magic=b"hn hist\n",
          drop=0):
    """Commits as dictionaries in the order of their rows; parents are rows of all layers."""
    ids = sorted((c["id"], i) for i, c in enumerate(commits))
    gits = [(c["git"], i) for i, c in enumerate(commits) if c["git"]] + \
           [(t["git"], i | TOP) for i, t in enumerate(tags)]
    sha1 = sorted(g for g in gits if len(g[0]) == 40)
    sha256 = sorted(g for g in gits if len(g[0]) == 64)
    place = {number: i for i, (_, number) in enumerate(sha1)}
    place.update({number: i | TOP for i, (_, number) in enumerate(sha256)})
    further, rows, notes = [], [], b""
    for i, c in enumerate(commits):
        p = c["parents"]
        second = p[1] if len(p) > 1 else NONE
        if len(p) > 2:
            second = len(further) | TOP
            further += p[1:-1] + [p[-1] | TOP]
        if c["subject"] or c["filter"]:
            notes += bytes([len(c["subject"])]) + c["subject"].encode() + bytes.fromhex(c["filter"])
        rows.append([c["generation"], p[0] if p else NONE, second, ids.index((c["id"], i)), place.get(i, NONE),
                     len(notes), c["time"], c["tree"]])
    tables = {"ids": [list(x) for x in ids], "further": further, "sha1": [list(x) for x in sha1],
              "sha256": [list(x) for x in sha256],
              "tags": [[t["id"], place[i | TOP]] for i, t in enumerate(tags)], "notes": notes}
    spoil(rows, tables)
    body = b""
    for r in rows:
        body += b"".join(u32(n) for n in r[:6]) + u64(r[6] & M64) + bytes.fromhex(r[7])
    for key in ("ids", "further", "sha1", "sha256", "tags"):
        for item in tables[key]:
            body += u32(item) if key == "further" else bytes.fromhex(item[0]) + u32(item[1])
    body += tables["notes"]
    counts = [len(rows), rows_below] + [len(tables[k]) for k in ("further", "sha1", "sha256", "tags")]
    head = magic + u32(format) + b"".join(u32(n) for n in counts) + u32(len(tables["notes"])) + u64(below) + owner
    sums = b"".join(u64(xxh64(body[at:at + 4096])) for at in range(0, len(body), 4096))
    name = xxh64(head + sums)
    whole = head + u64(name) + sums + body
    return name, whole[:len(whole) - drop]


def histories():
    owner = bytes(range(32))

    def commit(n, parents, generation, git=None, time=0, changed=None, subject=""):
        return {"filter": "" if changed is None else path_filter(changed).hex(), "subject": subject,
                "id": digest("test", b"commit %d" % n).hex(), "generation": generation, "parents": parents,
                "tree": digest("test", b"tree %d" % n).hex(), "time": time, "git": git}

    def git(n, size):
        return digest("test", b"git %d" % n).hex()[:2 * size]

    low = [commit(0, [], 1, git(0, 20), 1700000000, ["read.me", "src/main.c", "src/lib/a"]),
           commit(1, [], 1, None, -5),
           commit(2, [0], 2, git(2, 32), 3, []), commit(3, [0, 1], 2, git(3, 20), 4, [str(i) for i in range(600)], "first"),
           commit(4, [3, 2, 1, 0], 3, git(4, 20), (1 << 63) - 1, None, "s" * 255)]
    tags = [{"id": digest("test", b"tag 0").hex(), "git": git(10, 20)},
            {"id": digest("test", b"tag 1").hex(), "git": git(11, 32)}]
    tags.sort(key=lambda t: t["id"])
    high = [commit(5, [4], 4, None, 9), commit(6, [5, 3], 5, git(6, 20), 10)]
    many = [commit(100 + i, [i - 1] if i else [], i + 1, git(100 + i, 20), i, [f"folder/{i}"], f"commit {i}")
            for i in range(90)]
    valid = []

    def good(why, commits, tags, **more):
        name, data = layer(commits, tags, owner, **more)
        valid.append({"why": why, "name": "%016x" % name, "below": "%016x" % more.get("below", 0),
                      "rows_below": more.get("rows_below", 0), "commits": commits, "tags": tags, "bytes": data.hex()})
        return name

    first = good("five commits, one of four parents, and two tags", low, tags)
    second = good("a layer on the first", high, [], below=first, rows_below=5)
    good("nothing", [], [])
    good("tags alone", [], tags)
    good("more than one page", many, [])
    damaged = []

    def bad(why, opens, spoil=lambda rows, tables: None, commits=low, with_tags=tags, of=owner, **more):
        damaged.append({"why": why, "opens": opens, "bytes": layer(commits, with_tags, of, spoil=spoil, **more)[1].hex()})

    def put(table, i, j, value):
        def spoil(rows, tables):
            (rows if table == "rows" else tables[table])[i][j] = value
        return spoil

    bad("another magic", False, magic=b"hn pidx\n")
    bad("an earlier format", False, format=1)
    bad("a later format", False, format=3)
    bad("another repository", False, of=bytes(32))
    bad("more rows than numbers", False, rows_below=0x7ffffffe)
    bad("cut short by a byte", False, drop=1)
    whole = bytes.fromhex(valid[0]["bytes"])
    damaged.append({"why": "no bytes", "opens": False, "bytes": ""})
    damaged.append({"why": "a head alone", "opens": False, "bytes": whole[:88].hex()})
    damaged.append({"why": "a byte behind", "opens": False, "bytes": (whole + b"\0").hex()})
    damaged.append({"why": "a wrong checksum of a page", "opens": True, "bytes": (whole[:-1] + bytes([whole[-1] ^ 1])).hex()})
    bad("a commit that is its own parent", True, put("rows", 3, 1, 3))
    bad("a parent behind its child", True, put("rows", 2, 1, 4))
    bad("a second parent without a first", True, put("rows", 0, 2, 0))
    bad("a second parent behind its child", True, put("rows", 3, 2, 4))
    bad("further parents beyond their list", True, put("rows", 4, 2, 3 | TOP))

    def no_end(rows, tables):
        tables["further"][-1] &= ~TOP
    bad("further parents without an end", True, no_end)

    def late(rows, tables):
        tables["further"][0] = 4
    bad("a further parent that is the commit itself", True, late)
    bad("generation 0", True, put("rows", 0, 0, 0))
    bad("a note that ends before it begins", True, put("rows", 2, 5, 0))
    bad("a note that ends behind all", True, put("rows", 4, 5, 1 << 31))

    def notes(change):
        def spoil(rows, tables):
            tables["notes"] = change(tables["notes"])
        return spoil
    bad("a byte of notes that no row has", True, notes(lambda n: n + b"\0"))
    bad("a subject longer than its note", True, notes(lambda n: b"\x20" + n[1:]))
    keys = [u64(n)[:6] for n in range(513)]
    for why, data in (("a filter of one byte that says nothing", b"\1"), ("a filter with part of a key", keys[1] + b"\0"),
                      ("a filter of 513 paths", b"".join(sorted(keys))),
                      ("a filter out of order", keys[2] + keys[1]), ("a filter with a key twice", keys[1] + keys[1])):
        bad(why, True, commits=[dict(low[0], filter=data.hex())] + low[1:])
    bad("a note of nothing", True, lambda rows, tables: rows[4].__setitem__(5, rows[3][5] + 1) or
        tables.__setitem__("notes", tables["notes"][:rows[3][5]] + b"\0"))
    bad("an id beyond the table", True, put("rows", 0, 3, 5))
    bad("an id of another commit", True, put("rows", 0, 3, (sorted(c["id"] for c in low).index(low[1]["id"]))))
    bad("an id that leads beyond the rows", True, put("ids", 0, 1, 5))
    bad("an id in git beyond the table", True, put("rows", 0, 4, 4))
    bad("an id in git of another commit", True, put("rows", 1, 4, 0))
    bad("an id in git that leads beyond the tags", True, put("sha256", 0, 1, 2 | TOP))
    bad("a tag's id in git beyond the table", True, put("tags", 0, 1, 9))

    def swap(table):
        def spoil(rows, tables):
            tables[table][0], tables[table][1] = tables[table][1], tables[table][0]
        return spoil
    for table in ("ids", "sha1", "tags"):
        bad(f"{table} out of order", True, swap(table))

    def chain(names, of=owner, magic=b"hn hchn\n", format=2, count=None):
        data = magic + u32(format) + u32(len(names) if count is None else count) + of + b"".join(u64(n) for n in names)
        return (data + u64(xxh64(data))).hex()

    chains = [{"names": ["%016x" % n for n in names], "bytes": chain(names)}
              for names in ([], [first], [first, second])]
    bad_chains = [{"why": why, "bytes": data} for why, data in (
        ("no bytes", ""), ("cut short", chain([first])[:-2]), ("a byte behind", chain([first]) + "00"),
        ("a wrong checksum", chain([first])[:-2] + "%02x" % (int(chain([first])[-2:], 16) ^ 1)),
        ("another magic", chain([first], magic=b"hn hist\n")), ("a later format", chain([first], format=3)),
        ("another repository", chain([first], of=bytes(32))), ("fewer names than it says", chain([first], count=2)),
        ("more names than it says", chain([first, second], count=1)),
        ("65 layers", chain([first] * 65)))]
    filters = [{"changed": changed, "filter": path_filter(changed).hex()}
               for changed in ([], ["a"], ["a/b/c", "a/b/d", "e"], [f"{i:03}/f" for i in range(256)],
                               [f"{i:03}/f" for i in range(257)])]
    second = ["a/b/c", "a/b/d", "e/f", "g"]
    filters += [{"changed": changed, "second": second, "filter": path_filter(changed, second).hex()}
                for changed in (["a/b/c", "a/b/d", "a/h", "e/f"], ["a/b/c", "g", "i"])]
    return {"page": "hn-store(5)", "repository": owner.hex(), "filters": filters, "layers": valid, "bad_layers": damaged,
            "chains": chains, "bad_chains": bad_chains}


# The index of a working tree


def index_value(mode, data, size=32):
    return bytes([mode, size]) + data.ljust(32, b"\0")


def index_path(before, path):
    """`before` is the path of the row in front."""
    shared = 0
    while shared < min(len(before), len(path)) and before[shared] == path[shared]:
        shared += 1
    return varint(shared) + sized(path[shared:])


def index_witness(size, modified, changed, inode, device):
    return varint(size) + zigzag(modified) + zigzag(changed) + varint(inode) + varint(device)


def index_row(before, path, flags, *values, witness=None):
    return (index_path(before, path) + bytes([flags]) + b"".join(values) +
            (index_witness(*witness) if witness else b""))


def index_folder(before, path, witness, names):
    return index_path(before, path) + index_witness(*witness) + varint(names)


def index_section(rows, folders=(), base=None, stamp=0, token=b"\0", count=None, before=None, spare=b""):
    body = (b"" if before is None else u64(before)) + u64(stamp & M64)
    body += b"\1" + base if base else b"\0"
    body += token
    body += varint(len(rows) if count is None else count)
    for at in range(0, len(rows), 4096):
        group = b"".join(rows[at:at + 4096])
        body += varint(len(group)) + group
    body += varint(len(folders)) + b"".join(folders) + spare
    section = varint(len(body)) + body
    return section + u64(xxh64(section))


def index_file(rows, folders=(), version=1, magic=b"hnindex\n", **more):
    return magic + u32(version) + index_section(rows, folders, **more)


def indexes():
    one, two = index_value(1, b"\1" * 32), index_value(2, b"\2" * 32)
    module, link = index_value(5, b"\3", 20), index_value(3, b"\4" * 32)
    times = (1234, 1600000000000000001, 1600000000000000002, 42, 2049)
    of_root, of_docs = (4096, 1600000000000000003, 1600000000000000004, 2, 2049), (60, -5, 0, 40, 2049)
    folders = [index_folder("", "", of_root, 4), index_folder("", "docs", of_docs, 2)]
    token = b"\1" + b"\x77" * 16 + varint(300)
    settled = {"base": b"\xaa" * 32, "stamp": 1700000000123456789, "token": token}

    def rows(second="docs/plan.md", third="lib", link_value=link):
        fourth = "new"
        return [index_row("", "docs/page.md", 71, one, witness=times),
                index_row("docs/page.md", second, 3, one, two, witness=times),
                index_row(second, third, 17, module),
                index_row(third, fourth, 8),
                index_row(fourth, "pic~anna", 34, link_value, witness=(0, -1, 0, 0, 0))]

    def whole(made, seen=tuple(folders), **more):
        return index_file(made, seen, **settled, **more)

    good = whole(rows())
    flipped = bytearray(good)
    flipped[120] ^= 1
    damaged = [("a flipped bit", "damaged", bytes(flipped)),
               ("cut in the middle", "damaged", good[:len(good) // 2]),
               ("empty", "damaged", b""),
               ("another magic", "damaged", whole(rows(), magic=b"hnIndex\n")),
               ("no section", "damaged", good[:12]),
               ("a later version", "unsupported", whole(rows(), version=2)),
               ("rows out of order", "invalid", whole(rows(third="aib"))),
               ("a path twice", "invalid", whole(rows(second="docs/page.md"))),
               ("a path that leads elsewhere", "invalid", whole(rows(second="docs/../x"))),
               ("a name that ends in what is shared", "invalid",
                index_file([index_row("", "a..", 8), index_row("a..", "a/..", 8)])),
               ("a folder as a row", "invalid", whole(rows(link_value=index_value(4, b"\4" * 32)))),
               ("a byte too many in a group", "invalid", whole(rows() + [b"\0"], count=5)),
               ("a byte too many", "invalid", whole(rows(), spare=b"\0")),
               ("an unknown flag", "invalid", index_file([index_row("", "new", 128)])),
               ("seen without content", "invalid", index_file([index_row("", "new", 64)])),
               ("a token that is neither there nor not", "invalid", index_file([], token=b"\2")),
               ("half a token", "invalid", index_file([], token=token[:9])),
               ("content without its fields", "invalid", index_file([index_row("", "new", 2)])),
               ("more rows than bytes", "invalid", index_file([index_row("", "new", 8)], count=1 << 40)),
               ("a row without a path", "invalid", index_file([index_row("", "", 8)])),
               ("folders out of order", "invalid", whole(rows(), folders[:1] + [
                   index_folder("", "lib", of_docs, 1), index_folder("lib", "docs", of_docs, 1)])),
               ("the root twice", "invalid", whole(rows(), folders[:1] * 2)),
               ("bytes behind an id of 20", "invalid",
                index_file([index_row("", "lib", 17, index_value(5, b"\3" * 21, 20))]))]
    # What a later section makes of it, beside the same in one.
    sum_before = int.from_bytes(good[-8:], "little")
    moved = {"base": b"\xbb" * 32, "stamp": 1700000000999999999}
    change = {"rows": [index_row("", "docs/plan.md", 7, two, witness=times), index_row("docs/plan.md", "lib", 0),
                       index_row("lib", "lib/a", 1, one)],
              "folders": [index_folder("", "", of_root, 5), index_folder("", "docs", (0,) * 5, 0),
                          index_folder("docs", "lib", of_docs, 1)]}
    added = good + index_section(**change, **moved, before=sum_before)
    same = index_file([index_row("", "docs/page.md", 71, one, witness=times),
                       index_row("docs/page.md", "docs/plan.md", 7, two, witness=times),
                       index_row("docs/plan.md", "lib/a", 1, one), index_row("lib/a", "new", 8),
                       index_row("new", "pic~anna", 34, link, witness=(0, -1, 0, 0, 0))],
                      [index_folder("", "", of_root, 5), index_folder("", "lib", of_docs, 1)], **moved)
    broken = bytearray(added)
    broken[-20] ^= 1
    later = [("a section", added, same),
             ("a section that is cut short", added[:-1], good),
             ("a section with a flipped bit", bytes(broken), good),
             ("zeros in a section's place", good + bytes(64), good),
             ("a section of another file", good + index_section(**change, **moved, before=sum_before ^ 1), good),
             ("a section behind a broken one",
              bytes(broken) + index_section([], before=int.from_bytes(added[-8:], "little")), good)]
    return {"page": "hn-index(5)", "example": good.hex(),
            "damaged": [{"what": what, "code": code, "bytes": data.hex()} for what, code, data in damaged],
            "later": [{"what": what, "bytes": data.hex(), "same": other.hex()} for what, data, other in later]}


def main():
    stale = 0
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(__doc__)
    for name, made in (("bundle.json", bundles()), ("repository.json", records()), ("git_map.json", git_maps()),
                       ("fold_parts.json", fold_parts()),
                       ("history.json", histories()), ("index.json", indexes())):
        text = json.dumps(made, indent=1, ensure_ascii=True) + "\n"
        if "--check" in sys.argv:
            if (HERE / name).read_text() != text:
                print(f"{name} is not what the page says")
                stale = 1
        else:
            (HERE / name).write_text(text)
    return stale


if __name__ == "__main__":
    sys.exit(main())
