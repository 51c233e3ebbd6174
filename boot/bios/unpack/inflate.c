/* RFC 1951, "DEFLATE Compressed Data Format Specification". Clauses are named where they apply. */
#include "boot/bios/unpack/inflate.h"

enum {
    LENGTH_MAX = 15, /* bits of the longest code word, 3.2.7 */
    LITERALS = 288,  /* of the fixed code; a dynamic one has 286 at most, 3.2.6 */
    DISTANCES = 32,  /* the same: 30 */
    DYNAMIC_LITERALS = 286,
    DYNAMIC_DISTANCES = 30,
    LENGTH_CODES = 19, /* 3.2.7 */
    END_OF_BLOCK = 256,
    QUICK_BITS = 9, /* code words up to this length are found by one look at a table */
};

/* Bits come from each byte's lowest up (3.1.1). Behind the end there are zeros, and `ended`. */
struct bit_reader {
    const uint8_t *at, *end;
    uint32_t bits; /* not yet taken, the next one lowest */
    unsigned count;
    bool ended;
};

/* A Huffman code as 3.2.2 defines it: its symbols sorted by length of code word, then value. */
struct code {
    uint16_t count[LENGTH_MAX + 1]; /* code words of each length */
    uint16_t symbol[LITERALS];
    /* By the next QUICK_BITS bits: symbol << 4 | length; 0 = a longer code word, or none. */
    uint16_t quick[1 << QUICK_BITS];
};

struct output {
    uint8_t *bytes;
    size_t size, limit;
};

/* Everything that one stream needs. */
struct inflation {
    struct bit_reader reader;
    struct output output;
    struct code literals, distances;
    uint8_t lengths[LITERALS + DISTANCES];
};

/* Sees to it that `count` bits can be looked at, 16 at most. */
static void fill(struct bit_reader *reader, unsigned count)
{
    while (reader->count < count && reader->at < reader->end) {
        reader->bits |= (uint32_t)*reader->at++ << reader->count;
        reader->count += 8;
    }
}

static void drop(struct bit_reader *reader, unsigned count)
{
    if (reader->count < count) {
        reader->ended = true;
        reader->count = count;
    }
    reader->bits >>= count;
    reader->count -= count;
}

static uint32_t take(struct bit_reader *reader, unsigned count)
{
    uint32_t bits;

    fill(reader, count);
    bits = reader->bits & ((1u << count) - 1);
    drop(reader, count);
    return bits;
}

/* Code words are sent from their highest bit on (3.1.1): as the reader sees them. */
static unsigned reversed(unsigned word, unsigned length)
{
    unsigned result = 0;

    for (; length > 0; length--, word >>= 1)
        result = result << 1 | (word & 1);
    return result;
}

static void fill_quick(struct code *code)
{
    unsigned word = 0, index = 0;

    for (unsigned i = 0; i < 1 << QUICK_BITS; i++)
        code->quick[i] = 0;
    for (unsigned length = 1; length <= QUICK_BITS; length++, word <<= 1) {
        for (unsigned i = 0; i < code->count[length]; i++, word++, index++) {
            for (unsigned at = reversed(word, length); at < 1 << QUICK_BITS; at += 1 << length)
                code->quick[at] = (uint16_t)(code->symbol[index] << 4 | length);
        }
    }
}

/*
 * Makes the code whose symbol i has a word of `lengths[i]` bits, 0 = none (3.2.2). Words that
 * overlap are refused. So are words that nothing stands for, but in a code of a single word of one
 * bit, which 3.2.7 allows, or of none, unless `complete` is asked for.
 */
static bool build(struct code *code, const uint8_t *lengths, unsigned symbols, bool complete)
{
    uint16_t next[LENGTH_MAX + 1];
    unsigned at = 0;
    int free_words = 1;

    for (unsigned length = 0; length <= LENGTH_MAX; length++)
        code->count[length] = 0;
    for (unsigned i = 0; i < symbols; i++)
        code->count[lengths[i]]++;
    for (unsigned length = 1; length <= LENGTH_MAX; length++) {
        free_words = free_words * 2 - code->count[length];
        if (free_words < 0)
            return false;
        next[length] = (uint16_t)at;
        at += code->count[length];
    }
    if (free_words > 0 && (complete || at > 1 || code->count[1] != at))
        return false;
    for (unsigned i = 0; i < symbols; i++) {
        if (lengths[i] != 0)
            code->symbol[next[lengths[i]]++] = (uint16_t)i;
    }
    fill_quick(code);
    return true;
}

/* The next symbol, or -1 for a word that the code does not have. */
static int decode(struct bit_reader *reader, const struct code *code)
{
    unsigned word = 0, first = 0, index = 0, quick;

    fill(reader, LENGTH_MAX);
    quick = code->quick[reader->bits & ((1 << QUICK_BITS) - 1)];
    if (quick != 0) {
        drop(reader, quick & 15);
        return (int)(quick >> 4);
    }
    /* `first` is the first word of each length, `index` where its symbol is. */
    for (unsigned length = 1; length <= LENGTH_MAX; length++) {
        word = word << 1 | (reader->bits >> (length - 1) & 1);
        if (word - first < code->count[length]) {
            drop(reader, length);
            return code->symbol[index + (word - first)];
        }
        index += code->count[length];
        first = (first + code->count[length]) << 1;
    }
    return -1;
}

/* 3.2.4: a block that is not compressed. */
static bool copy_stored(struct bit_reader *reader, struct output *output)
{
    uint32_t size, complement;

    drop(reader, reader->count & 7); /* up to the next byte */
    size = take(reader, 16);
    complement = take(reader, 16);
    if (reader->ended || size != (~complement & 0xFFFF) || size > output->limit - output->size)
        return false;
    for (; size > 0 && !reader->ended; size--)
        output->bytes[output->size++] = (uint8_t)take(reader, 8);
    return !reader->ended;
}

/* 3.2.5: repeats `length` bytes from `distance` back; they may overlap with what they become. */
static bool copy_back(struct output *output, unsigned length, unsigned distance)
{
    uint8_t *to = output->bytes + output->size;

    if (distance > output->size || length > output->limit - output->size)
        return false;
    output->size += length;
    for (; length > 0; length--, to++)
        *to = *(to - distance);
    return true;
}

/* 3.2.5: the repetition that literal/length symbol 257 + `symbol` begins. */
static bool repeat(struct inflation *in, unsigned symbol)
{
    static const uint16_t length_base[] = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                           15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                           67, 83, 99, 115, 131, 163, 195, 227, 258};
    static const uint8_t length_bits[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                          2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
    unsigned length, distance, extra;
    int code;

    if (symbol >= sizeof(length_bits))
        return false;
    length = length_base[symbol] + take(&in->reader, length_bits[symbol]);
    code = decode(&in->reader, &in->distances);
    if (code < 0 || code >= DYNAMIC_DISTANCES)
        return false;
    /* Two distance codes for each number of extra bits, from the third pair on. */
    extra = code < 4 ? 0 : (unsigned)code / 2 - 1;
    distance = code < 4 ? (unsigned)code + 1 : ((2u + ((unsigned)code & 1)) << extra) + 1;
    distance += take(&in->reader, extra);
    return !in->reader.ended && copy_back(&in->output, length, distance);
}

/* 3.2.3: literals and repetitions until the end of the block. */
static bool unpack_block(struct inflation *in)
{
    struct output *output = &in->output;

    while (!in->reader.ended) {
        int symbol = decode(&in->reader, &in->literals);

        if (symbol < 0 || in->reader.ended)
            return false;
        if (symbol == END_OF_BLOCK)
            return true;
        if (symbol > END_OF_BLOCK) {
            if (!repeat(in, (unsigned)symbol - END_OF_BLOCK - 1))
                return false;
        } else {
            if (output->size == output->limit)
                return false;
            output->bytes[output->size++] = (uint8_t)symbol;
        }
    }
    return false;
}

/* 3.2.6 */
static bool fixed_codes(struct inflation *in)
{
    for (unsigned i = 0; i < LITERALS; i++)
        in->lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    for (unsigned i = 0; i < DISTANCES; i++)
        in->lengths[LITERALS + i] = 5;
    return build(&in->literals, in->lengths, LITERALS, true) &&
           build(&in->distances, in->lengths + LITERALS, DISTANCES, true);
}

/* 3.2.7: `count` lengths of code words, themselves in the code `in->literals`. */
static bool read_lengths(struct inflation *in, unsigned count)
{
    unsigned at = 0;

    while (at < count) {
        int symbol = decode(&in->reader, &in->literals);
        unsigned times = 1;
        uint8_t length = (uint8_t)symbol;

        if (symbol < 0)
            return false;
        if (symbol > LENGTH_MAX)
            length = 0;
        if (symbol == 16) {
            if (at == 0)
                return false;
            length = in->lengths[at - 1];
            times = 3 + take(&in->reader, 2);
        } else if (symbol == 17) {
            times = 3 + take(&in->reader, 3);
        } else if (symbol == 18) {
            times = 11 + take(&in->reader, 7);
        }
        if (in->reader.ended || times > count - at)
            return false;
        for (; times > 0; times--)
            in->lengths[at++] = length;
    }
    return true;
}

/* 3.2.7 */
static bool dynamic_codes(struct inflation *in)
{
    static const uint8_t order[LENGTH_CODES] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                11, 4,  12, 3, 13, 2, 14, 1, 15};
    unsigned literals = 257 + take(&in->reader, 5);
    unsigned distances = 1 + take(&in->reader, 5);
    unsigned count = 4 + take(&in->reader, 4);

    if (literals > DYNAMIC_LITERALS || distances > DYNAMIC_DISTANCES)
        return false;
    for (unsigned i = 0; i < LENGTH_CODES; i++)
        in->lengths[order[i]] = i < count ? (uint8_t)take(&in->reader, 3) : 0;
    return build(&in->literals, in->lengths, LENGTH_CODES, true) &&
           read_lengths(in, literals + distances) && in->lengths[END_OF_BLOCK] != 0 &&
           build(&in->literals, in->lengths, literals, false) &&
           build(&in->distances, in->lengths + literals, distances, false);
}

/* 3.2.3 */
static bool next_block(struct inflation *in, bool *last)
{
    enum { STORED, FIXED, DYNAMIC };

    *last = take(&in->reader, 1) != 0;
    switch (take(&in->reader, 2)) {
    case STORED:
        return copy_stored(&in->reader, &in->output);
    case FIXED:
        return fixed_codes(in) && unpack_block(in);
    case DYNAMIC:
        return dynamic_codes(in) && unpack_block(in);
    default:
        return false;
    }
}

bool inflate_stream(const uint8_t *packed, size_t packed_size, uint8_t *bytes, size_t limit,
                    size_t *size)
{
    struct inflation in;
    bool last = false;

    in.reader = (struct bit_reader){.at = packed, .end = packed + packed_size};
    in.output = (struct output){.bytes = bytes, .limit = limit};
    while (!last) {
        if (!next_block(&in, &last) || in.reader.ended)
            return false;
    }
    *size = in.output.size;
    return true;
}
