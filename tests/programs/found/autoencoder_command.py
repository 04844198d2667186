#!/usr/bin/env python3
import argparse
import torch
import torch.nn.functional as F


def get_args():
    parser = argparse.ArgumentParser(description="tiny autoencoder, gradients by hand")
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--lr", type=float, default=0.05)
    parser.add_argument("--hidden", type=int, default=3)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--quiet", action="store_true")
    return parser.parse_args()


def main():
    args = get_args()
    torch.manual_seed(args.seed)
    data = torch.randn(40, 6)
    enc_w = 0.4 * torch.randn(6, args.hidden)
    enc_b = torch.zeros(args.hidden)
    dec_w = 0.4 * torch.randn(args.hidden, 6)
    dec_b = torch.zeros(6)

    for step in range(args.steps):
        code = F.softplus(data @ enc_w + enc_b)
        recon = code @ dec_w + dec_b
        diff = recon - data
        mse = (diff * diff).sum(dim=1).mean()

        grad_recon = 2 * diff / data.size(0)
        grad_dec_w = code.t() @ grad_recon
        grad_dec_b = grad_recon.sum(0)
        grad_code = grad_recon @ dec_w.t()
        grad_pre = grad_code * torch.sigmoid(data @ enc_w + enc_b)
        grad_enc_w = data.t() @ grad_pre
        grad_enc_b = grad_pre.sum(0)

        for param, grad in ((enc_w, grad_enc_w), (enc_b, grad_enc_b), (dec_w, grad_dec_w), (dec_b, grad_dec_b)):
            param -= args.lr * grad

        if not args.quiet and step % 20 == 0:
            print(f"{step:4d} {mse.item():.5f}")


if __name__ == "__main__":
    main()
