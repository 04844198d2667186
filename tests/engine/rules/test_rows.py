"""Every operation, in every spelling, has a gradient that autograd confirms at random upstream."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backprop_tui.engine.rules.derivation.derive import Derivation

Deriving = Callable[..., Derivation]

ROWS = {
    "add": (
        "a + b|torch.add(a, b)|a.add(b)|a + r|r + a|a + c|c + r|a + s|s + a|a + k|k + a|a + 2"
        "|2 + a|torch.add(a, b, alpha=3)|a.add(c, alpha=0.5)|t + a|a + t|t + c|v + t.sum(2)"
    ),
    "sub": (
        "a - b|torch.sub(a, b)|a.sub(b)|torch.subtract(a, b)|a - r|r - a|a - c|c - a|s - a|a - s"
        "|1 - a|a - t|torch.sub(a, r, alpha=2)"
    ),
    "mul": (
        "a * b|torch.mul(a, b)|a.mul(b)|torch.multiply(a, b)|a * r|r * a|a * c|c * a|a * s|s * a"
        "|k * a|2 * a|t * a|a * a|t * c|c * r"
    ),
    "div": (
        "a / p|torch.div(a, p)|a.div(p)|torch.true_divide(a, p)|a / r|r / p|c / p|a / s|s / p"
        "|1 / p|2 / p|a / 3|a / k|t / p"
    ),
    "neg": "-a|torch.neg(a)|a.neg()|torch.negative(a)",
    "pow": (
        "a ** 2|a**3|p ** 0.5|p ** -0.5|p ** -1|p ** -2|p ** 1|torch.pow(a, 2)|a.pow(3)|p ** b"
        "|p ** r|2 ** a|p ** 1.5|torch.pow(p, exponent=b)|torch.pow(2, a)|p ** s|p[0, 0] ** a"
        "|r.exp() ** a"
    ),
    "exp": "a.exp()|torch.exp(a)|torch.exp(input=a)|a.exp().exp()",
    "exp2": "a.exp2()|torch.exp2(a)",
    "expm1": "a.expm1()|torch.expm1(a)",
    "log": "p.log()|torch.log(p)|torch.log(1 - p)",
    "log1p": "p.log1p()|torch.log1p(p)",
    "log2": "p.log2()|torch.log2(p)",
    "log10": "p.log10()|torch.log10(p)",
    "sqrt": "p.sqrt()|torch.sqrt(p)|(p + 1).sqrt() * 2",
    "rsqrt": "p.rsqrt()|torch.rsqrt(p)",
    "reciprocal": "p.reciprocal()|torch.reciprocal(p)",
    "square": "a.square()|torch.square(a)",
    "abs": "a.abs()|torch.abs(a)|torch.absolute(a)|abs(a)",
    "sin": "a.sin()|torch.sin(a)",
    "cos": "a.cos()|torch.cos(a)",
    "tan": "p.tan()|torch.tan(p)",
    "sinh": "a.sinh()|torch.sinh(a)",
    "cosh": "a.cosh()|torch.cosh(a)",
    "asin": "p.asin()|torch.arcsin(p)",
    "acos": "p.acos()|torch.arccos(p)",
    "atan": "a.atan()|torch.arctan(a)",
    "atan2": "torch.atan2(a, p)|a.atan2(p)",
    "tanh": "a.tanh()|torch.tanh(a)|F.tanh(a)|torch.tanh(a) * b|1 - torch.tanh(a @ m)",
    "sigmoid": "a.sigmoid()|torch.sigmoid(a)|F.sigmoid(a)|torch.special.expit(a)|torch.sigmoid(a) * b",
    "logsigmoid": "F.logsigmoid(a)",
    "logit": "p.logit()|torch.logit(p)",
    "erf": "a.erf()|torch.erf(a)",
    "erfc": "a.erfc()|torch.erfc(a)",
    "relu": (
        "F.relu(a, inplace=False)|F.relu(a * 2, inplace=True)|F.relu(a * b, True)|a.relu()|torch.relu(a)"
        "|F.relu(a)|torch.nn.functional.relu(a)|-a.relu()|a.clamp(min=0)"
        "|(-a).relu() * -b"
    ),
    "relu6": "F.relu6(a * 4)",
    "leaky_relu": "F.leaky_relu(a)|F.leaky_relu(a, 0.2)|F.leaky_relu(a, negative_slope=0.1)",
    "elu": "F.elu(a)|F.elu(a, 0.5)|F.elu(a, alpha=2.0)",
    "selu": "F.selu(a)|torch.selu(a)",
    "gelu": (
        "F.gelu(a)|F.gelu(a, approximate='tanh')|F.gelu(a, approximate='none')|torch.nn.functional.gelu(a)"
    ),
    "silu": "F.silu(a)|torch.nn.functional.silu(a)",
    "softplus": "F.softplus(a)|F.softplus(a, beta=2)|F.softplus(a, 2, 1)",
    "softsign": "F.softsign(a)",
    "tanhshrink": "F.tanhshrink(a)",
    "hardtanh": "F.hardtanh(a)|F.hardtanh(a, -0.5, 0.5)",
    "mish": "F.mish(a)",
    "round": "a.round() + a",
    "floor": "a.floor() + a|torch.floor(a) * a",
    "ceil": "a.ceil() + a",
    "trunc": "a.trunc() + a",
    "sign": "a.sign() * a",
    "lerp": "torch.lerp(a, b, 0.3)|torch.lerp(a, b, p)|a.lerp(b, s)",
    "addcmul": "torch.addcmul(a, b, p)|torch.addcmul(r, b, p, value=2)",
    "addcdiv": "torch.addcdiv(a, b, p)|torch.addcdiv(a, b, p, value=0.5)",
    "matmul": (
        "a @ m|torch.matmul(a, m)|a.matmul(m)|torch.mm(a, m)|a.mm(m)|a @ r|torch.mv(a, r)|v @ a"
        "|r @ m|v @ v|torch.dot(v, v)|r.dot(r)|t @ m|t @ u|torch.bmm(t, u)|t.bmm(u)|t @ r|v @ t"
        "|a @ u|r @ u|t @ u[0]|a @ a.T|a.T @ a|t @ t.mT|torch.matmul(input=a, other=m)"
        "|a.mm(mat2=m)|torch.inner(v, v)|(a @ m) @ m.T|t[:, None] @ u|t @ (u[:1])|u.mT @ r|v @ (v * 2)"
        "|v.tanh().dot(v)"
    ),
    "outer": "torch.outer(v, r)|v.outer(r)|torch.ger(v, r)|torch.outer(v, v)",
    "linear": (
        "F.linear(a, m.T)|F.linear(t, m.T, m[0])|F.linear(a, b, v)|F.linear(r, b)"
        "|F.linear(t, weight=b, bias=v)"
    ),
    "addmm": "torch.addmm(m[0], a, m)|torch.addmm(b @ m, a, m, beta=0.5, alpha=2)|(b @ m).addmm(a, m)",
    "baddbmm": "torch.baddbmm(u[:, :1], t, u)",
    "addmv": "torch.addmv(v, a, r)",
    "einsum": (
        "torch.einsum('ij,jk->ik', a, m)|torch.einsum('ij,jk', a, m)"
        "|torch.einsum('bij,bjk->bik', t, u)|torch.einsum('ij->ji', a)|torch.einsum('ij->j', a)"
        "|torch.einsum('ij->', a)|torch.einsum('ij,ij->i', a, b)|torch.einsum('i,j->ij', v, r)"
        "|torch.einsum('...ij,jk->...ik', t, m)|torch.einsum('bij,jk -> bik', t, m)"
        "|torch.einsum('ij,kj->ik', a, a)|torch.einsum('ij,k->j', a, r)|torch.einsum('ij->i', a)"
        "|torch.einsum('ij,ij,j->i', a, b, r)|torch.einsum('bij->ji', t)"
    ),
    "sum": (
        "a.sum()|torch.sum(a)|a.sum(0)|a.sum(1)|a.sum(-1)|a.sum(dim=1)|a.sum(axis=0)"
        "|a.sum(1, keepdim=True)|a.sum(1, True)|a.sum(0, keepdims=True)|torch.sum(a, 1)"
        "|torch.sum(a, dim=(0, 1))|t.sum((0, 2))|t.sum([0, 1])|t.sum(1)"
        "|t.sum((0, 2), keepdim=True)|t.sum(dim=[-1, 0])|r.sum(0)|s.sum()|v.sum(0, keepdim=True)"
        "|a.sum(1) * v|t.sum(-2) * 2"
    ),
    "sum of several": "sum([a, b, r])|sum((a, b))",
    "mean": (
        "a.mean()|torch.mean(a)|a.mean(0)|a.mean(-1)|a.mean(1, keepdim=True)"
        "|a.mean(dim=0, keepdim=True)|t.mean((0, 2))|torch.mean(t, 1)|t.mean([1, 2], keepdim=True)"
        "|v.mean()|s.mean()|(a * b).mean(0)|k.mean()"
    ),
    "prod": "p.prod()|p.prod(1)|torch.prod(p, 0)|p.prod(1, keepdim=True)|p.prod(dim=-1)",
    "cumsum": "a.cumsum(0)|torch.cumsum(a, 1)|a.cumsum(dim=-1)|v.cumsum(0)",
    "var": (
        "a.var()|a.var(0)|a.var(1, keepdim=True)|a.var(0, unbiased=False)|a.var(0, False)"
        "|a.var(correction=0)|torch.var(a, 1)|torch.var(a, dim=1, correction=0, keepdim=True)"
        "|a.var(False)|t.var((0, 2))|t.var(1, False, True)|v.var()"
    ),
    "std": (
        "a.std()|a.std(0)|a.std(1, keepdim=True)|a.std(0, unbiased=False)"
        "|torch.std(a, 1, correction=0)|t.std((0, 1))"
    ),
    "norm": (
        "a.norm()|a.norm(dim=1)|a.norm(2, 1)|a.norm(p=1)|a.norm(dim=1, keepdim=True)"
        "|torch.norm(a, dim=0)|torch.linalg.norm(v)|torch.linalg.vector_norm(a, dim=1)"
        "|a.norm(p=3, dim=1)|a.norm(1, 1)|torch.norm(a)"
    ),
    "normalize": ("F.normalize(a)|F.normalize(a, dim=0)|F.normalize(t, dim=-1)|F.normalize(a, p=2.0, dim=1)"),
    "logsumexp": (
        "a.logsumexp(1)|torch.logsumexp(a, 0)|a.logsumexp(1, keepdim=True)"
        "|torch.logsumexp(a, dim=-1)|t.logsumexp((1, 2))|t.logsumexp(1)"
    ),
    "max": (
        "a.max()|torch.max(a)|a.max(1).values|a.max(1)[0]|a.max(0).values"
        "|a.max(1, keepdim=True).values|a.max(dim=-1, keepdim=True)[0]|torch.max(a, 1).values"
        "|t.max(1).values|t.max(-1)[0]|v.max(0).values|a.relu().max(0).values|a.relu().max()"
        "|torch.max(a, dim=0, keepdim=True)[0]"
    ),
    "min": "a.min()|a.min(1).values|torch.min(a, 0)[0]|t.min(1, keepdim=True).values",
    "amax": (
        "a.amax()|a.amax(1)|a.amax(0)|torch.amax(a, 1, keepdim=True)|t.amax((0, 2))|t.amax(1)"
        "|a.relu().amax(1)|a.relu().amax()|t.relu().amax((1, 2))|t.amax((0, 2), keepdim=True)"
    ),
    "amin": "a.amin(1)|torch.amin(a, 0)|(-a).relu().amin(1)",
    "maximum": (
        "torch.maximum(a, b)|a.maximum(b)|torch.max(a, b)|a.max(b)|torch.maximum(a, r)"
        "|torch.maximum(a, s)|torch.fmax(a, b)|torch.maximum(a.relu(), b.relu())"
        "|torch.maximum(c, r)"
    ),
    "minimum": "torch.minimum(a, b)|torch.min(a, b)|a.min(b)|torch.minimum(a, c)|torch.fmin(a, b)",
    "sort": "a.sort(1).values|torch.sort(a, 1)[0]|a.sort(1, descending=True)[0]|a.sort().values",
    "topk": "a.topk(2, 1).values|torch.topk(a, 2)[0]",
    "softmax": (
        "a.softmax(1)|torch.softmax(a, 1)|F.softmax(a, 1)|F.softmax(a, dim=-1)|a.softmax(dim=0)"
        "|t.softmax(-1)|F.softmax(a @ m, dim=1) * 2|v.softmax(0)"
    ),
    "log_softmax": (
        "a.log_softmax(1)|torch.log_softmax(a, 1)|F.log_softmax(a, dim=-1)|t.log_softmax(1)"
        "|-F.log_softmax(a @ m, 1)"
    ),
    "where": (
        "torch.where(mask, a, b)|torch.where(a > 0, a, 0.1 * a)|a.where(mask, b)"
        "|torch.where(mask, a, 0.0)|torch.where(mask, r, c)|torch.where(~mask, a, r)"
        "|torch.where(mask, s, a)|-torch.where(mask, a, b)"
    ),
    "clamp": (
        "a.clamp(0)|a.clamp(-0.5, 0.5)|a.clamp(min=0)|a.clamp(max=0.3)|torch.clamp(a, 0, 1)"
        "|-(a.clamp(0) * mask)|(a * 2).clamp_(0)|a.clip(-1, 1)|(a + mask).clamp(0, 1)"
        "|(mask + a).clamp(min=0)|(a + (b > 0)).clamp(max=b)"
        "|torch.clamp(a, min=b)|a.clamp_min(0.1)|a.clamp_max(0.1)|-a.clamp(min=0)"
    ),
    "masked_fill": (
        "a.masked_fill(mask, 0.5)|torch.masked_fill(a, mask, 0.0)|a.masked_fill(a > 0, 1.0)"
        "|a.masked_fill(mask, s)|a.masked_fill(~mask, 0)|t.masked_fill(mask[:, :3], 0)"
    ),
    "tril": "a.tril()|torch.tril(a, -1)|t.tril(diagonal=1)",
    "triu": "a.triu()|a.triu(1)|torch.triu(t, 1)",
    "index": (
        "a[0]|a[-1]|a[:, 1]|a[1:3]|a[:, :2]|a[::2]|a[0, 1]|a[picks]|a[[0, 2, 2]]|a[mask]"
        "|a[:, picks]|a[ids]|t[..., 0]|a[:, None]|a[None]|a[torch.arange(4), picks]"
        "|a[range(4), picks]|t[:, picks]|a[a > 0]|(a * b)[1]|(a @ m)[:, 1:3]|(a * b)[picks]"
        "|t[:, -1]|t[:, 1:, :2]|a[1] + a[2]|v[0] * v[1]|(a + r)[mask]"
    ),
    "gather": (
        "a.gather(1, picks[:, None])|torch.gather(a, 1, picks.view(-1, 1))"
        "|a.gather(dim=-1, index=ids % 3)|a.gather(0, ids[:2])"
    ),
    "take_along_dim": ("torch.take_along_dim(a, picks[:, None], 1)|a.take_along_dim(picks[:, None], dim=1)"),
    "take": "torch.take(a, picks)",
    "index_select": (
        "a.index_select(0, picks)|torch.index_select(a, 1, picks)|a.index_select(dim=1, index=picks)"
    ),
    "embedding": (
        "F.embedding(ids, a, scale_grad_by_freq=True)|F.embedding(picks, a)|F.embedding(ids, a)"
        "|F.embedding(ids, weight=a)"
        "|F.embedding(picks, a, padding_idx=0)"
        "|F.embedding(ids, a, padding_idx=-1)|F.embedding(ids, a * 2, 2)"
        "|F.embedding(picks[0], a, padding_idx=2)"
    ),
    "masked_select": "a.masked_select(mask)|torch.masked_select(a, mask)",
    "index_add": (
        "a.index_add(0, picks, b)|torch.index_add(a, 0, picks, b)|a.index_add(0, picks, b, alpha=2)"
    ),
    "scatter_add": "a.scatter_add(1, ids % 3, b[:, :2])|torch.scatter_add(a, 0, ids, b[:, :2])",
    "scatter": "a.scatter(1, picks[:, None], b[:, :1])|torch.scatter(a, 1, picks[:, None], 0.5)",
    "index_put": "a.index_put((picks,), b[0])|a.index_put((picks, picks), v, accumulate=True)",
    "index_fill": "a.index_fill(0, picks[:1], 0.0)",
    "index_copy": "a.index_copy(0, torch.tensor([1, 3]), b[:2])",
    "select": "a.select(1, 0)|t.select(0, 1)",
    "narrow": "a.narrow(0, 1, 2)|torch.narrow(a, 1, 0, 2)",
    "diagonal": "a.diagonal()|torch.diagonal(a)|t.diagonal(dim1=-2, dim2=-1)|a.diagonal(1)",
    "diag": "torch.diag(v)|a.diag()",
    "diag_embed": "torch.diag_embed(v)|a.diag_embed()",
    "trace": "torch.trace(a)|(a @ a.T).trace()",
    "view": "a.view(12)|a.view(2, -1)|a.view(-1)|t.view(2, 12)|(a * b).view(3, 4)|a.view((6, 2))",
    "reshape": ("a.reshape(12)|a.reshape(2, 6)|torch.reshape(a, (6, 2))|a.T.reshape(-1)|a.t().reshape(2, 6)"),
    "reshape_as": "a.reshape_as(b)|a.view_as(b)",
    "flatten": (
        "a.flatten()|t.flatten(1)|torch.flatten(t, 1)|t.flatten(0, 1)|t.flatten(start_dim=1)|t.flatten(-2)"
    ),
    "unflatten": "a.unflatten(0, (2, 2))",
    "ravel": "a.ravel()|torch.ravel(a)",
    "squeeze": "c.squeeze()|c.squeeze(1)|c.squeeze(-1)|torch.squeeze(c, dim=1)|a.squeeze(0)|k.squeeze()",
    "unsqueeze": "a.unsqueeze(0)|a.unsqueeze(-1)|torch.unsqueeze(a, 1)|a.unsqueeze(dim=1)",
    "expand": ("c.expand(4, 3)|r.expand(4, 3)|c.expand(-1, 3)|s.expand(3)|a.expand(2, 4, 3)|r.expand(4, -1)"),
    "expand_as": "c.expand_as(a)|r.expand_as(a)",
    "broadcast_to": "torch.broadcast_to(r, (4, 3))|r.broadcast_to(4, 3)",
    "repeat": ("a.repeat(2, 1)|a.repeat(1, 2)|r.repeat(4, 1)|a.repeat(2, 3)|v.repeat(2)|a.repeat(2, 2, 1)"),
    "tile": "torch.tile(a, (2, 1))|v.tile(2)",
    "repeat_interleave": (
        "a.repeat_interleave(2, 0)|torch.repeat_interleave(a, 2, dim=1)|v.repeat_interleave(3)"
    ),
    "transpose": (
        "a.transpose(0, 1)|t.transpose(1, 2)|torch.transpose(a, 0, 1)|t.transpose(-2, -1)"
        "|t.swapaxes(0, 1)|t.transpose(dim0=0, dim1=2)"
    ),
    "T": "a.T|a.t()|torch.t(a)",
    "mT": "t.mT|a.mT|t.adjoint()",
    "permute": "t.permute(2, 0, 1)|t.permute((0, 2, 1))|torch.permute(t, (1, 0, 2))|t.permute(-1, 0, 1)",
    "movedim": "t.movedim(0, -1)|torch.movedim(t, 1, 0)|t.moveaxis(0, 2)",
    "cat": (
        "torch.cat([a, b])|torch.cat((a, b), 1)|torch.cat([a, c], dim=1)|torch.cat([a, b, b], 0)"
        "|torch.concat([a, c, b], -1)|torch.cat([a, r[None]], axis=0)|torch.cat([a * 2, b], 1)"
        "|torch.hstack([a, c])|torch.vstack([a, b])|torch.cat([a, a])"
    ),
    "stack": ("torch.stack([a, b])|torch.stack((a, b), 1)|torch.stack([a, b], dim=-1)|torch.stack([v, v])"),
    "split": ("a.split(2)[0]|torch.split(a, 2)[1]|a.split([1, 3])[1]|t.split(2, 1)[0]|t.split(2, dim=1)[1]"),
    "chunk": (
        "a.chunk(2)[0]|torch.chunk(a, 2, 0)[1]|t.chunk(3, -1)[2]|t.chunk(2, dim=1)[0] * t.chunk(2, dim=1)[1]"
    ),
    "tensor_split": "torch.tensor_split(a, 2)[0]",
    "unbind": "a.unbind()[0]|a.unbind(1)[2]|torch.unbind(t, dim=1)[1]",
    "roll": "a.roll(1)|a.roll(1, 0)|torch.roll(a, 2, dims=1)|a.roll((1, 2), (0, 1))|a.roll(-1, 0)",
    "flip": "a.flip(0)|a.flip(0, 1)|torch.flip(a, (1,))|torch.flip(a, dims=[0, 1])",
    "fliplr": "torch.fliplr(a)",
    "flipud": "torch.flipud(a)",
    "pad": ("F.pad(a, (1, 2))|F.pad(a, (0, 1, 2, 0))|F.pad(i4, (1, 1, 1, 1))|F.pad(a, [1, 1], value=2.0)"),
    "to": "a.to(torch.float64)|a.double()|a.float()|a.type_as(b)|a.to(dtype=torch.float64)|a.to(b)",
    "identity": "a.clone()|a.contiguous()|b if False else a",
    "mse_loss": (
        "F.mse_loss(a, b)|F.mse_loss(a, b, reduction='sum')|F.mse_loss(a, b, reduction='none')"
        "|F.mse_loss(v, target=v * 2)"
    ),
    "l1_loss": "F.l1_loss(a, b)|F.l1_loss(a, b, reduction='sum')",
    "smooth_l1_loss": (
        "F.smooth_l1_loss(a, b)|F.smooth_l1_loss(a, b, beta=0.5)|F.smooth_l1_loss(a, b, reduction='none')"
    ),
    "huber_loss": "F.huber_loss(a, b)|F.huber_loss(a, b, delta=0.5)",
    "binary_cross_entropy": (
        "F.binary_cross_entropy(p, mask.float())|F.binary_cross_entropy(p, p[:] * 0.5, reduction='sum')"
    ),
    "binary_cross_entropy_with_logits": (
        "F.binary_cross_entropy_with_logits(a, mask.float())"
        "|F.binary_cross_entropy_with_logits(a, p, reduction='sum')"
        "|F.binary_cross_entropy_with_logits(a, mask.to(a.dtype), pos_weight=torch.tensor(2.0))"
    ),
    "kl_div": (
        "F.kl_div(p.log(), mask.float(), reduction='batchmean')|F.kl_div(a, p, reduction='sum')"
        "|F.kl_div(a, b, reduction='batchmean', log_target=True)"
    ),
    "nll_loss": (
        "F.nll_loss(a, picks)|F.nll_loss(a, picks, reduction='sum')"
        "|F.nll_loss(a.log_softmax(1), picks, reduction='none')"
    ),
    "cross_entropy": (
        "F.cross_entropy(a, picks)|F.cross_entropy(a, target=picks, reduction='sum')"
        "|F.cross_entropy(a, picks, reduction='none')"
        "|F.cross_entropy(a, picks, label_smoothing=0.1)|F.cross_entropy(a, picks, ignore_index=0)"
        "|F.cross_entropy(t.mT, ids.T % 3)|F.cross_entropy(r, picks[0])"
        "|F.cross_entropy(a, mask.float())|F.cross_entropy(a, mask.float() / 2)"
        "|F.cross_entropy(a @ m, picks)|F.cross_entropy(t.view(-1, 3), ids.view(-1) % 3)"
    ),
    "layer_norm": (
        "F.layer_norm(a, (3,))|F.layer_norm(a, (3,), r)|F.layer_norm(t, (3,), r, r * 2)"
        "|F.layer_norm(a, [3], weight=r, eps=1e-3)|F.layer_norm(t, (4, 3))"
        "|F.layer_norm(t, t.shape[-1:])"
    ),
    "batch_norm": (
        "F.batch_norm(a, None, None, training=True)"
        "|F.batch_norm(a, None, None, r, r * 2, training=True)"
        "|F.batch_norm(i4, None, None, r, r, True)"
        "|F.batch_norm(a, torch.zeros(3), torch.ones(3), r, r)"
    ),
    "rms_norm": "F.rms_norm(a, (3,), r, 1e-5)|F.rms_norm(t, (3,), eps=1e-5)",
    "group_norm": (
        "F.group_norm(i8, 4)|F.group_norm(i8, 2, v.repeat(2), v.repeat(2) * 2)"
        "|F.group_norm(i8 * 2, 4, eps=1e-3)"
        "|F.group_norm(a @ m[:, :4], 2, v, v)|F.group_norm(i8, num_groups=1, weight=v.repeat(2))"
    ),
    "interpolate": (
        "F.interpolate(i4, scale_factor=2)|F.interpolate(i4, size=(12, 6))|F.interpolate(u, scale_factor=3)"
        "|F.interpolate(i4, size=(4, 9))|F.interpolate(u, 8, mode='linear')"
        "|F.interpolate(i4, scale_factor=2, mode='bilinear', align_corners=False)"
        "|F.interpolate(i4, (3, 8), mode='bilinear', align_corners=True)"
        "|F.interpolate(i4, (3, 2), mode='area')"
        "|F.interpolate(i4, (9, 9), mode='bicubic', align_corners=False)"
        "|F.interpolate(i4, (4, 9), mode='nearest-exact')"
        "|F.interpolate(i4 * 2, scale_factor=0.5)"
    ),
    "pixel_shuffle": (
        "F.pixel_shuffle(i8, 2)|F.pixel_shuffle(i8, upscale_factor=2)|torch.pixel_shuffle(i8 * 2, 2)"
    ),
    "pixel_unshuffle": "F.pixel_unshuffle(i4, 2)",
    "cosine_similarity": (
        "F.cosine_similarity(a, b)|F.cosine_similarity(a, b, dim=0)|F.cosine_similarity(a, b, -1)"
        "|F.cosine_similarity(a, r[None])|F.cosine_similarity(t, a, dim=-1)"
        "|F.cosine_similarity(v, v * v, dim=0)"
        "|torch.cosine_similarity(a[:, None], b[None], dim=2)"
    ),
    "cumprod": "p.cumprod(0)|torch.cumprod(p, 1)|(p + 1).cumprod(dim=-1)|v.cumprod(0)",
    "inv": (
        "torch.linalg.inv(q)|torch.inverse(q)|q.inverse()|torch.linalg.inv(q @ q)"
        "|torch.linalg.inv(q.expand(2, 3, 3))"
    ),
    "solve": (
        "torch.linalg.solve(q, r)|torch.linalg.solve(q, a.T)|torch.linalg.solve(q @ q, m)"
        "|torch.linalg.solve(torch.stack([q, q * 2]), u)|torch.linalg.solve(A=q, B=r * 2)"
    ),
    "solve_triangular": (
        "torch.linalg.solve_triangular(q, m, upper=True)|torch.linalg.solve_triangular(q * 2, m, upper=False)"
        "|torch.linalg.solve_triangular(q, m, upper=True, unitriangular=True)"
    ),
    "cholesky": (
        "torch.linalg.cholesky(q @ q.T)|torch.linalg.cholesky(q @ q.T, upper=True)"
        "|torch.linalg.cholesky(torch.stack([q @ q.T, q.T @ q]))|torch.linalg.cholesky(q @ q.T + 0.1) * 2"
    ),
    "det": (
        "torch.linalg.det(q)|torch.det(q)|q.det()|torch.linalg.det(torch.stack([q, q * 2]))"
        "|torch.det(q * 2) * s"
    ),
    "logdet": "torch.logdet(q @ q.T)|(q @ q.T).logdet()",
    "slogdet": "torch.linalg.slogdet(q)[1]|torch.slogdet(q).logabsdet",
    "conv1d": "F.conv1d(t, u.view(5, 2, 3)[:, :, :2].repeat(1, 2, 1))|F.conv1d(u, r.view(1, 3, 1), k)",
    "conv2d": (
        "F.conv2d(i4, i4[:, :, :2, :2])|F.conv2d(i4, i4[:, :, :3, :3], v[:2], padding=1)"
        "|F.conv2d(i4, i4[:, :, :2, :2], stride=2)|F.conv2d(i4, i4[:, :, :3, :3], None, 2, 1)"
    ),
    "unfold": "F.unfold(i4, 3)|F.unfold(i4, 2, stride=2)|F.unfold(i4, (3, 3), padding=1)",
    "fold": "F.fold(i4[:, :, :4, :1].reshape(2, 4, 3), (2, 4), (2, 2))",
    "max_pool2d": (
        "F.max_pool2d(i4, 2)|F.max_pool2d(i4, 3, 1)|F.max_pool2d(i4, kernel_size=2, stride=2)"
        "|torch.max_pool2d(i4, 2)|F.max_pool2d(i4, 3, padding=1)"
    ),
    "max_pool1d": "F.max_pool1d(u, 2)",
    "avg_pool2d": (
        "F.avg_pool2d(i4, 2)|F.avg_pool2d(i4, 3, 1)|F.avg_pool2d(i4, 2, stride=2)"
        "|F.avg_pool2d(i4, (2, 3))|F.avg_pool2d(i4, 4)"
    ),
    "avg_pool1d": "F.avg_pool1d(u, 2, 1)|F.avg_pool1d(t[:, :, :2], 2)",
    "adaptive_avg_pool2d": "F.adaptive_avg_pool2d(i4, 1)",
}
CASES = [(row, text) for row, texts in ROWS.items() for text in texts.split("|")]


@pytest.mark.parametrize(("row", "text"), CASES, ids=[text for _, text in CASES])
def test_gradients_are_written_and_confirmed(deriving: Deriving, row: str, text: str) -> None:
    found = deriving(f"out = {text}")
    assert not found.problem
    assert {one.name: one.reason for one in found.gradients.values() if not one.lines} == {}
