/* The PC speaker. */
#include "drivers/speaker.h"

/* IBM PC/AT Technical Reference: the timer's input clock, its ports, and port 61 bits 0 (gate of
 * channel 2) and 1 (speaker data). */
enum { TIMER_HERTZ = 1193182, TIMER_CHANNEL_2 = 0x42, TIMER_CONTROL = 0x43, SPEAKER_PORT = 0x61 };
enum { CHANNEL_2_SQUARE_WAVE = 0xB6, SPEAKER_ON = 0x03 };

void speaker_start(struct speaker *speaker, uint32_t hertz, uint32_t milliseconds)
{
    const struct ports *ports = speaker->platform->ports;
    uint32_t divisor;

    if (hertz < 19 || hertz > 20000)
        return;
    divisor = TIMER_HERTZ / hertz;
    ports->out8(ports->context, TIMER_CONTROL, CHANNEL_2_SQUARE_WAVE);
    ports->out8(ports->context, TIMER_CHANNEL_2, (uint8_t)divisor);
    ports->out8(ports->context, TIMER_CHANNEL_2, (uint8_t)(divisor >> 8));
    ports->out8(ports->context, SPEAKER_PORT,
                ports->in8(ports->context, SPEAKER_PORT) | SPEAKER_ON);
    speaker->sounding = true;
    speaker->until_us =
        speaker->platform->now_us(speaker->platform->context) + (uint64_t)milliseconds * 1000;
}

void speaker_poll(struct speaker *speaker)
{
    const struct ports *ports = speaker->platform->ports;

    if (!speaker->sounding ||
        speaker->platform->now_us(speaker->platform->context) < speaker->until_us)
        return;
    ports->out8(ports->context, SPEAKER_PORT,
                (uint8_t)(ports->in8(ports->context, SPEAKER_PORT) & ~SPEAKER_ON));
    speaker->sounding = false;
}
