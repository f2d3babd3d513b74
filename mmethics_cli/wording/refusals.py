"""Why the operating system refused, in plain Chinese: its own words are English."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from typing import Final

_REASONS: Final = {
    errno.ENOENT: "没有这个文件",
    errno.EACCES: "没有权限，或正被其他程序打开",
    errno.EPERM: "没有权限，或正被其他程序打开",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.ENOTDIR: "路径中间有一段不是文件夹",
    errno.EROFS: "磁盘是只读的",
    errno.ENOSPC: "写不下：磁盘已满",
    errno.EDQUOT: "写不下：磁盘配额已用完",
    errno.EFBIG: "文件太大，这个磁盘放不下",
    errno.EEXIST: "已经存在",
    errno.ENOTEMPTY: "文件夹不是空的",
    errno.ENAMETOOLONG: "名称太长",
    errno.EINVAL: "名称或操作不合这个磁盘的规矩",
    errno.ELOOP: "链接绕成了圈",
    errno.EXDEV: "不在同一个磁盘上",
    errno.EIO: "磁盘读写出错，请检查磁盘或网络盘",
    errno.EBUSY: "正被其他程序占用",
    errno.ETXTBSY: "正被其他程序占用",
    errno.EMFILE: "打开的文件太多",
    errno.ENFILE: "打开的文件太多",
    errno.ENOMEM: "内存不够",
    errno.ESTALE: "网络盘断开了",
    errno.ETIMEDOUT: "网络盘没有回应",
    errno.ENODEV: "磁盘不在了",
    errno.ENXIO: "磁盘不在了",
    errno.EPIPE: "管道已经关闭",
    errno.ENOEXEC: "不是能运行的程序",
}

# What libraries raise without a number of the system's.
_NUMBERS: Final[Mapping[type[OSError], int]] = {
    FileNotFoundError: errno.ENOENT,
    PermissionError: errno.EACCES,
    FileExistsError: errno.EEXIST,
    IsADirectoryError: errno.EISDIR,
    NotADirectoryError: errno.ENOTDIR,
}


def refusal(error: OSError) -> str:
    """The reason; one that has no name here is told by its number."""
    number = error.errno if error.errno is not None else _NUMBERS.get(type(error))
    if number in _REASONS:
        return _REASONS[number]
    return "读写失败" if number is None else f"读写失败（系统错误 {number}）"
