"""Reference outputs of Whisper's encoder, and a small model to read.

    pip install torch==2.* transformers==4.57.1 safetensors numpy
    python tests/golden/encoder.py [WHISPER_BASE_SAFETENSORS]

Writes tests/data/encoder/: small.safetensors (2 layers, width 64, seeded), small.bin, and, where the weights of
Whisper base are given, base.bin. A .bin holds float32, little-endian: `pooled`, then the blocks of 100 ms.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from transformers import WhisperConfig
from transformers.models.whisper.modeling_whisper import WhisperEncoder, sinusoids

FRAMES = 137
BLOCK = 5
OUT = Path(__file__).parent.parent / "data" / "encoder"


def log_mel():
    mel, frame = np.meshgrid(np.arange(80.0), np.arange(float(FRAMES)), indexing="ij")
    values = 0.6 * np.sin(0.37 * mel + 0.05 * frame) + 0.4 * np.cos(0.011 * mel * frame) - 0.2
    return torch.from_numpy(values.astype(np.float32))[None]


def encoder(width, layers, positions):
    config = WhisperConfig(
        d_model=width, encoder_layers=layers, encoder_attention_heads=width // 64, encoder_ffn_dim=4 * width,
        num_mel_bins=80, max_source_positions=positions, attn_implementation="eager",
    )
    return WhisperEncoder(config).eval()


@torch.no_grad()
def outputs(model):
    x = torch.nn.functional.gelu(model.conv1(log_mel()))
    x = torch.nn.functional.gelu(model.conv2(x)).transpose(1, 2)
    # As published in single precision; a table in half precision is off by 2e-4.
    x = x + sinusoids(*model.embed_positions.weight.shape)[: x.shape[1]]
    pooled, layers = [], []
    for layer in model.layers:
        x = layer(x, None, None)[0]
        frames = x[0].double()
        third = torch.div(3 * torch.arange(len(frames)), len(frames), rounding_mode="floor")
        pooled += [frames.mean(0), frames.std(0, unbiased=False)]
        pooled += [frames[third == part].mean(0) for part in range(3)]
        layers.append(frames)
    side_by_side = torch.cat(layers, 1)
    blocks = [side_by_side[at : at + BLOCK].mean(0) for at in range(0, len(side_by_side), BLOCK)]
    return torch.cat(pooled + blocks).float().numpy()


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(1)
    small = encoder(64, 2, 80)
    for name, parameter in small.named_parameters():
        if parameter.ndim > 1 and "positions" not in name:
            torch.nn.init.normal_(parameter, std=parameter[0].numel() ** -0.5)
        elif "norm" not in name and "positions" not in name:
            torch.nn.init.normal_(parameter, std=0.1)
    small.half().float()
    state = {f"model.encoder.{name}": value.half().contiguous() for name, value in small.state_dict().items()}
    save_file({name: value for name, value in state.items() if ".encoder.layer_norm" not in name}, OUT / "small.safetensors")
    outputs(small).astype("<f4").tofile(OUT / "small.bin")
    if len(sys.argv) > 1:
        base = encoder(512, 4, 1500)
        weights = {name.removeprefix("model.encoder."): value.float() for name, value in load_file(sys.argv[1]).items()}
        missing, unexpected = base.load_state_dict(weights, strict=False)
        assert not unexpected and set(missing) <= {"layer_norm.weight", "layer_norm.bias"}, (missing, unexpected)
        outputs(base).astype("<f4").tofile(OUT / "base.bin")


main()
